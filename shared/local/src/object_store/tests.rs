use std::io::{Read, Write};

use tempfile::TempDir;

use super::*;

fn open(folder: &TempDir) -> ObjectStore {
    ObjectStore::open(folder.path(), true).unwrap()
}

fn content(store: &ObjectStore, text: &str) -> Content {
    let (file, mut written) = store.new_file().unwrap();
    written.write_all(text.as_bytes()).unwrap();
    Content { file, size: text.len() as u64, etag: format!("{:x}", md5::compute(text)) }
}

fn put(store: &mut ObjectStore, key: &str, text: &str) {
    let content = content(store, text);
    store.put("files", key, content, "text/plain", 5).unwrap();
}

fn files(folder: &TempDir) -> usize {
    fs::read_dir(folder.path().join("contents")).unwrap().count()
}

#[test]
fn an_object_is_there_until_it_is_replaced_or_deleted_and_who_reads_it_is_not_disturbed() {
    let folder = TempDir::new().unwrap();
    let mut store = open(&folder);
    put(&mut store, "a/../b", "first");
    let (stored, mut reading) = store.get("files", "a/../b").unwrap().unwrap();
    assert_eq!(
        (stored.key.as_str(), stored.size, stored.content_type.as_str(), stored.since),
        ("a/../b", 5, "text/plain", 5)
    );
    put(&mut store, "a/../b", "second");
    let mut text = String::new();
    reading.read_to_string(&mut text).unwrap();
    assert_eq!(text, "first");
    content(&store, "of nothing");
    assert_eq!(files(&folder), 2);
    drop(store);
    let store = open(&folder);
    assert_eq!(store.get("files", "a/../b").unwrap().unwrap().0.size, 6);
    assert!(store.get("other", "a/../b").unwrap().is_none());
    assert_eq!(files(&folder), 1);
    assert!(store.delete("files", "a/../b").unwrap());
    assert!(!store.delete("files", "a/../b").unwrap());
    assert!(store.get("files", "a/../b").unwrap().is_none() && files(&folder) == 0);
}

#[test]
fn a_list_is_in_order_in_pages_and_cut_where_it_is_asked() {
    let folder = TempDir::new().unwrap();
    let mut store = open(&folder);
    for key in ["b/1", "a", "b/2/x", "b/2/y", "b/3", "c", "ü", "b"] {
        put(&mut store, key, "");
    }
    let list = |prefix: &str, delimiter: &str, after: &str, most| {
        let (prefix, delimiter, after) = (prefix.into(), delimiter.into(), after.into());
        let listed = store.list("files", &Asked { prefix, delimiter, after, most }).unwrap();
        let keys: Vec<_> = listed.objects.into_iter().map(|object| object.key).collect();
        (keys.join(" "), listed.prefixes.join(" "), listed.next)
    };
    let whole = |keys: &str, prefixes: &str| (keys.to_owned(), prefixes.to_owned(), None);
    assert_eq!(list("", "", "", 9), whole("a b b/1 b/2/x b/2/y b/3 c ü", ""));
    assert_eq!(list("b/", "", "b/1", 9), whole("b/2/x b/2/y b/3", ""));
    assert_eq!(list("b/", "/", "", 9), whole("b/1 b/3", "b/2/"));
    assert_eq!(list("", "/", "", 9), whole("a b c ü", "b/"));
    let (keys, prefixes, next) = list("b/", "/", "", 2);
    assert_eq!((keys.as_str(), prefixes.as_str()), ("b/1", "b/2/"));
    assert_eq!(list("b/", "/", &next.unwrap(), 2), whole("b/3", ""));
    assert_eq!(list("x", "", "", 9), whole("", ""));
}

#[test]
fn parts_become_one_object() {
    let folder = TempDir::new().unwrap();
    let mut store = open(&folder);
    let upload = store.begin("files", "large", "text/csv").unwrap();
    assert_eq!(store.upload(&upload, "files", "large").unwrap().as_deref(), Some("text/csv"));
    assert_eq!(store.upload(&upload, "files", "other").unwrap(), None);
    let mut etags = Vec::new();
    for (number, text) in [(2, "two"), (1, "nothing"), (1, "one ")] {
        let content = content(&store, text);
        etags.push(content.etag.clone());
        store.put_part(&upload, number, content).unwrap();
    }
    let part = |number, etag: &str| Part { number, etag: etag.into() };
    let stale = [part(1, &etags[1]), part(2, &etags[0])];
    assert!(store.joined(&upload, &stale).unwrap().is_none());
    let joined = store.joined(&upload, &[part(1, &etags[2]), part(2, &etags[0])]).unwrap().unwrap();
    // md5(md5("one ") + md5("two")), as `md5sum` gives it.
    assert_eq!((joined.size, joined.etag.as_str()), (7, "6f3d2e69f0928cb26de5134fbd3f9eb6-2"));
    store.put("files", "large", joined, "text/csv", 1).unwrap();
    store.end(&upload).unwrap();
    let mut text = String::new();
    store.get("files", "large").unwrap().unwrap().1.read_to_string(&mut text).unwrap();
    assert_eq!((text.as_str(), files(&folder)), ("one two", 1));
}
