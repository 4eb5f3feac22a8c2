//! What a hostile pack may cost, and that no byte is free.

use super::*;

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("bomb.zip");
    let zeros =
        Content::Stream { size: 300 << 20, open: Box::new(|| Ok(Box::new(io::Read::take(io::repeat(0), 300 << 20)))) };
    write_whole(&path, [Member { path: "zeros.txt".to_owned(), content: zeros }]);
    let found = verify(&path, &signer().trust(), &Limits::default()).unwrap().found;
    assert_eq!(kinds(&found), [(ProblemKind::MemberMissing, "zeros.txt"), (ProblemKind::TooLarge, "zeros.txt")]);
    let few = Limits { members: 3, ..Limits::default() };
    assert!(
        kinds(&verify_bytes(&zip(&sound()), &signer().trust(), &few).unwrap()).contains(&(ProblemKind::TooLarge, ""))
    );
    let small = Limits { total: 1000, ..Limits::default() };
    let found = verify_bytes(&zip(&sound()), &signer().trust(), &small).unwrap();
    assert!(kinds(&found).contains(&(ProblemKind::TooLarge, REPORT)), "{:?}", found.problems);
    // Many members, none of them large.
    let zeros = |n: u32| Member { path: format!("z/{n}.txt"), content: Content::Bytes(vec![0; 1 << 20]) };
    write_whole(&path, (0..300).map(zeros));
    assert!(fs::metadata(&path).unwrap().len() < 1 << 20);
    let found = verify(&path, &signer().trust(), &Limits::default()).unwrap().found;
    let refused = found.problems.iter().filter(|problem| problem.kind == ProblemKind::TooLarge).count();
    assert!((45..=60).contains(&refused), "{refused}");
    // Two records that share one member's bytes.
    let mut shared = zip(&vec![("a".to_owned(), vec![7; 50]), ("b".to_owned(), vec![7; 50])]);
    let directory = shared.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let second = directory + 47;
    shared[second + 42..second + 46].fill(0);
    assert!(kinds(&check(&shared)).contains(&(ProblemKind::TooLarge, "b")), "{:?}", check(&shared).problems);
}

#[test]
fn a_member_larger_than_it_says_is_not_unpacked_further() {
    // A deflated member whose records promise ten bytes.
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("pack.zip");
    let member = Member { path: "a.txt".to_owned(), content: Content::Bytes(vec![b'x'; 1 << 20]) };
    write_pack(&path, [member], &signer().identity, now()).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    for at in [22, directory + 24] {
        bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    let found = check(&bytes);
    let message = &found.problems.iter().find(|problem| problem.path == "a.txt").unwrap().message;
    assert!(message.contains("larger than its records say"), "{message}");
}

#[test]
fn bytes_outside_the_members_are_noticed() {
    let pack = zip(&sound());
    let damaged = |bytes: &[u8]| {
        let found = check(bytes);
        assert!(
            found.problems.iter().any(|problem| problem.kind == ProblemKind::ArchiveDamaged),
            "{:?}",
            found.problems
        );
        found
    };
    // Nothing else is wrong with a pack that has something before or after it.
    for bytes in [[&pack[..], b"x"].concat(), [b"x", &pack[..]].concat(), [&b"MZ"[..], &pack, &[0; 100]].concat()] {
        assert_eq!(
            kinds(&damaged(&bytes)).into_iter().filter(|found| found.0 != ProblemKind::ArchiveDamaged).count(),
            0
        );
    }
    damaged(&[&pack[..], &pack].concat());
    damaged(b"");
    damaged(b"PK");
    let folder = TempDir::new().unwrap();
    let pack = written(folder.path());
    for cut in (0..pack.len()).step_by(211).chain([pack.len() - 1]) {
        assert!(!check(&pack[..cut]).ok, "cut at {cut}");
    }
}

#[test]
fn every_flipped_byte_is_noticed() {
    let folder = TempDir::new().unwrap();
    let pack = written(folder.path());
    let flip = |first: usize| {
        for at in (first..pack.len()).step_by(2) {
            let mut broken = pack.clone();
            broken[at] ^= if at % 3 == 0 { 0x01 } else { 0xff };
            assert!(!check(&broken).ok, "byte {at}");
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| flip(1));
        flip(0);
    });
    println!("tried {} packs with one other byte", pack.len());
}

#[test]
fn flips_in_packed_content_are_noticed_in_every_bit() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("pack.zip");
    let text: String = (0..40).map(|n| format!("{{\"KeyId\":\"{n}\"}}\n")).collect();
    let member = Member { path: "a.json".to_owned(), content: Content::Bytes(text.into_bytes()) };
    write_pack(&path, [member], &signer().identity, now()).unwrap();
    let pack = fs::read(&path).unwrap();
    let directory = pack.windows(10).position(|name| name == SUMS.as_bytes()).unwrap();
    let mut broken = pack.clone();
    for bit in 0..directory * 8 {
        broken[bit / 8] ^= 1 << (bit % 8);
        let found = check(&broken);
        assert!(found.problems.iter().any(|problem| problem.kind != ProblemKind::Incomplete), "bit {bit}");
        broken[bit / 8] ^= 1 << (bit % 8);
    }
    println!("tried {} packs with one other bit", directory * 8);
}

#[test]
fn more_members_than_a_plain_zip_counts() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("pack.zip");
    let member = |n: u32| Member { path: format!("{n}"), content: Content::Bytes(n.to_le_bytes().to_vec()) };
    write_whole(&path, (0..66_000).map(member));
    must(folder.path(), "unzip -tqq pack.zip");
    assert_eq!(kinds(&verify(&path, &signer().trust(), &Limits::default()).unwrap().found), []);
}

#[test]
#[ignore = "writes 9 GiB"]
fn members_beyond_four_gib() {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("pack.zip");
    let member = |path: &str, size: u64| {
        let open = move || Ok(Box::new(io::Read::take(io::repeat(7), size)) as Box<dyn io::Read>);
        Member { path: path.to_owned(), content: Content::Stream { size, open: Box::new(open) } }
    };
    write_whole(&path, [member("a.zip", (4 << 30) + 5), member("b.zip", 0xf000_0000 - 1), member("c.txt", 1000)]);
    must(folder.path(), "unzip -tqq pack.zip");
    assert_eq!(kinds(&verify(&path, &signer().trust(), &Limits::default()).unwrap().found), []);
}
