//! The mirror as a source: the walk over it brings what is stored.

use super::*;
use crate::source::walk::Verdict;
use crate::source::{ErrorKind, Source, Traversal, Window, Wish};

fn filled() -> (tempfile::TempDir, MirrorSource) {
    let (folder, mut store) = store();
    let mut people: Vec<_> = (0..25).map(|id| contact(id, if id % 2 == 0 { "Even Ann" } else { "Odd Bob" })).collect();
    people[3].raw = Some(crate::model::RawJson::from_text("as it came"));
    sync(&mut store, &people, 7, 0);
    let source = MirrorSource::open(store.path(), "p", "rocketchat", None).unwrap();
    (folder, source)
}

#[tokio::test]
async fn pages_bring_everything_by_id() {
    let (_folder, source) = filled();
    let plan = source.plan(&Query { limit: None, ..Query::default() }, Traversal::Everything).unwrap();
    let mut found = Vec::new();
    for start in [0, 10, 20, 30] {
        let page = source.page(&plan.lanes[0], Window { start, len: 10 }).await.unwrap();
        assert_eq!(page.total, Some(25));
        found.extend(page.rows.into_iter().map(|contact| contact.id));
    }
    let mut sorted = found.clone();
    sorted.sort_unstable();
    assert_eq!((found.len(), found), (25, sorted));
    let words = Filter { words: Word::split("bob"), ..Filter::default() };
    let plan = source.plan(&Query { filter: words, limit: None, ..Query::default() }, Traversal::Everything).unwrap();
    let page = source.page(&plan.lanes[0], Window { start: 0, len: 100 }).await.unwrap();
    assert_eq!((page.rows.len(), page.more), (12, Some(false)));
}

#[tokio::test]
async fn the_first_rows_come_in_the_order_asked_for() {
    let (_folder, source) = filled();
    let query = Query { sort: vec!["name:desc".parse().unwrap(), "id:desc".parse().unwrap()], ..Query::default() };
    let plan = source.plan(&query, Traversal::Top).unwrap();
    assert!(plan.sorted && plan.residual.is_empty());
    let page = source.page(&plan.lanes[0], Window { start: 1, len: 3 }).await.unwrap();
    assert_eq!(page.rows.iter().map(|contact| contact.id.as_str()).collect::<Vec<_>>(), ["21", "19", "17"]);
    assert_eq!(page.more, Some(true));
}

#[tokio::test]
async fn one_contact_and_who_it_belongs_to() {
    let (_folder, source) = filled();
    let wish = Wish { raw: true, ..Wish::default() };
    assert!(source.contact("3", wish).await.unwrap().raw.is_some());
    assert!(source.contact("3", Wish::default()).await.unwrap().raw.is_none());
    assert_eq!(source.contact("99", wish).await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(source.get("api/v1/me", &[]).await.unwrap_err().kind, ErrorKind::Usage);
    assert_eq!(source.identity().await.unwrap().account.as_deref(), Some("me"));
    assert_eq!(source.as_of(), Some(now(0)));
}

#[test]
fn a_copy_claims_no_more_than_its_syncs_proved() {
    let (_folder, mut store) = store();
    let claims = |store: &Store| {
        let source = MirrorSource::open(store.path(), "p", "rocketchat", None).unwrap();
        assert_eq!(source.warnings().len(), usize::from(source.unproved().is_some()));
        source.unproved().map(|(most, _)| most)
    };
    let mut batch = store.begin_sync(&TARGET, Pass::Full, now(0)).unwrap();
    batch.page(vec![contact(1, "Ann")], Some("1"), now(0)).unwrap();
    drop(batch);
    assert_eq!(claims(&store), Some(Verdict::Partial), "never filled to its end");
    let finish = |store: &mut Store, pass, proof, second| {
        let mut batch = store.begin_sync(&TARGET, pass, now(second)).unwrap();
        batch.page(vec![contact(1, "Ann")], None, now(second)).unwrap();
        batch.finish(proof, now(second)).unwrap();
    };
    finish(&mut store, Pass::Full, Proof::Changed, 10);
    assert_eq!(claims(&store), Some(Verdict::Changed));
    finish(&mut store, Pass::Full, Proof::Exact, 20);
    assert_eq!(claims(&store), None);
    finish(&mut store, Pass::Increment, Proof::Changed, 30);
    assert_eq!(claims(&store), Some(Verdict::Changed));
    finish(&mut store, Pass::Increment, Proof::Exact, 40);
    assert_eq!(claims(&store), None);
}
