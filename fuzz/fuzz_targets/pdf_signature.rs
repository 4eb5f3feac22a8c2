//! A signed PDF, verified by its bytes.

#![no_main]

use auditpack::seal::{PdfSignature, Trust, sign_pdf, verify_pdf};
use auditpack_fuzz::{moment, seed, signer};
use libfuzzer_sys::fuzz_target;
use lopdf::{Document, Object, dictionary};

fuzz_target!(
    init: seed("pdf_signature", seeds()),
    |pdf: &[u8]| {
        if let Ok(facts) = verify_pdf(pdf) {
            let _ = Trust::none().decide(&facts, moment());
        }
    }
);

/// A signed page, the place for the signature cut to what the signature takes.
fn seeds() -> Vec<Vec<u8>> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "MediaBox" => vec![0.into(), 0.into(), 100.into(), 100.into()],
    });
    let kids = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, Object::Dictionary(kids));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut plain = Vec::new();
    document.save_to(&mut plain).expect("a PDF can be written");
    let words = PdfSignature { name: "Example", reason: "Evidence" };
    let signed = sign_pdf(&plain, &signer(), moment(), &words).expect("a PDF can be signed");
    vec![plain, signed]
}
