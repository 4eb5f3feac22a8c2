//! What a conversation knows of its replies.

use super::*;

#[tokio::test]
async fn a_conversation_knows_what_an_assessment_will_find_missing() {
    let channels = |answer: &'static str| async move {
        let memory = Arc::new(Memory::default());
        let operation = "DescribeDeliveryChannels";
        let mut source = source("config.delivery-channels", Collector::Config, Protocol::Json, operation);
        let path = crate::walk::testing::path("DeliveryChannels");
        source.items = vec![ItemList { path, ..ItemList::default() }];
        source.key = crate::walk::testing::path("name");
        let answer = move |_: &str, _: &str| (200, "application/x-amz-json-1.1", answer.as_bytes().to_vec());
        let account = account(&serve(answer), &memory, ArtifactSettings::default(), vec![source]);
        converse(&account).await.unwrap();
        assert_eq!(memory.exchanges.lock().unwrap().len(), 1, "the reply is kept whatever it says");
        let gaps = memory.gaps.lock().unwrap();
        gaps.iter().map(|gap| (gap.reason, gap.message.clone())).collect::<Vec<_>>()
    };
    assert_eq!(channels(r#"{"DeliveryChannels":[{"name":"a"}]}"#).await, []);
    for (answer, what) in [
        ("{}", "the reply has no `DeliveryChannels`"),
        (r#"{"DeliveryChannels":[{"s3BucketName":"b"}]}"#, "an item of `DeliveryChannels` has no `name`"),
    ] {
        let gaps = channels(answer).await;
        assert_eq!((gaps.len(), gaps[0].0), (1, GapReason::Unreadable), "{answer}");
        assert!(gaps[0].1.contains(what), "{gaps:?}");
    }
}
