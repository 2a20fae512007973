//! Documents in more than ten languages: found by other forms of their words, and marked at the right characters.

use crate::desk::{Desk, Shelf};
use atom_search::Mode;

/// Language, query, text, what is marked in it.
const SAID: [(&str, &str, &str, &[&str]); 16] = [
    (
        "de",
        "vertrag kündigung",
        "Die Kündigung des Mietvertrags: Verträge enden mit dem Jahr.",
        &["Kündigung", "Verträge"],
    ),
    ("fr", "contrat", "Les contrats d’été ont été signés à Orléans.", &["contrats"]),
    ("es", "factura", "Las facturas del año pasado están en el cajón.", &["facturas"]),
    ("it", "fattura", "Le fatture di marzo non sono pagate.", &["fatture"]),
    ("pt", "contrato", "Os contratos foram assinados em São Paulo.", &["contratos"]),
    ("nl", "rekening", "De rekeningen van de tandarts liggen klaar.", &["rekeningen"]),
    ("sv", "faktura", "Fakturorna betalas, alla fakturor från maj också.", &["Fakturorna", "fakturor"]),
    ("ru", "договор", "Условия договора аренды, все договоры подписаны.", &["договора", "договоры"]),
    ("el", "ΣΥΜΒΌΛΑΙΟ", "Το συμβόλαιο της ενοικίασης.", &["συμβόλαιο"]),
    ("tr", "ISTANBUL", "İstanbul ve ıhlamur çayı.", &["İstanbul"]),
    ("ar", "كتاب", "وصل الكِتابُ إلى المكتبة.", &["الكِتابُ"]),
    ("he", "חוזה", "החוזה נחתם אתמול.", &["החוזה"]),
    ("ja", "東京の図書館", "図書館は東京にあります。", &["図書館", "東京"]),
    ("zh", "租房合同", "这是一份合同，关于租房的事情。", &["合同", "租房"]),
    ("ko", "도서관에서", "내일 도서관 앞에서 만나요.", &["도서관"]),
    ("th", "สัญญา", "นี่คือสัญญาเช่าบ้าน", &["สัญญา"]),
];

/// A desk with files in these languages, as many of each as make it one of the index.
async fn desk(languages: &[&str]) -> Desk {
    let mut shelf = Shelf::default();
    shelf.language_by_folder = true;
    for (language, _, text, _) in SAID.iter().filter(|said| languages.contains(&said.0)) {
        for copy in 0..5 {
            shelf.add(&format!("/home/{language}/{copy}.txt"), &[*text]);
        }
    }
    Desk::open(&shelf, &[], false).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_language_is_found_by_its_words_and_marked() {
    for (language, query, text, marked) in SAID {
        let desk = desk(&[language]).await;
        let answer = desk.search(query, Mode::Words).await;
        // Found as it is, not as a mistake for something else.
        assert!(answer.notices.is_empty(), "{language}: {:?}", answer.notices);
        let hit = answer.hits.iter().find(|hit| hit.facts.path.starts_with(format!("/home/{language}")));
        let hit = hit.unwrap_or_else(|| panic!("{language}: {query} finds nothing"));
        let snippet = hit.snippet.as_ref().unwrap();
        assert_eq!(snippet.text, text, "{language}");
        let shown: Vec<&str> = snippet.highlights.iter().map(|range| &snippet.text[range.clone()]).collect();
        assert_eq!(shown, marked, "{language}: {query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_in_quotes_stays_as_it_was_typed() {
    let desk = desk(&["fr", "ru", "ja"]).await;
    assert!(desk.search("\"contrat\"", Mode::Words).await.hits.is_empty());
    assert!(desk.search("=договор", Mode::Words).await.hits.is_empty());
    assert!(desk.search("\"東京の図書館\"", Mode::Words).await.hits.is_empty());
    assert_eq!(desk.search("\"contrats d’été\"", Mode::Words).await.hits.len(), 5);
}
