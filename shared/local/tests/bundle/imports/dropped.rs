//! Files that are put into the bucket.

use serde_json::{Value, json};
use wattbook_api::bucket::{Bucket, BucketError, BucketSettings};

use super::{counts, customer, gzip};
use crate::support::Running;

impl Running {
    /// The bucket, past the functions.
    fn bucket(&self) -> Bucket {
        let (access, (name, endpoint)) = (self.bundle.store(), self.bundle.bucket());
        let credentials = aws_sdk_dynamodb::config::Credentials::new(
            &access.access_key_id,
            &access.secret_access_key,
            None,
            None,
            "test",
        );
        Bucket::connect(BucketSettings { name, region: access.region.clone(), credentials, endpoint: Some(endpoint) })
            .unwrap()
    }

    /// The imports of files that were put there, once there are so many.
    async fn dropped(&self, count: usize) -> Vec<Value> {
        for _ in 0..600 {
            let list = self.get(self.admin(), "/imports").await.json();
            let found = list["data"].as_array().unwrap().clone();
            if found.len() == count {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{count} imports were expected");
    }
}

#[tokio::test]
async fn a_file_in_the_bucket_is_imported_for_whom_its_key_names() {
    let running = Running::start().await;
    let (bucket, organisation) = (running.bucket(), running.bundle.demo().organisation_id.clone());
    let file = format!("{}\n", customer(1, "d1@example.com"));
    let key = format!("incoming/{organisation}/provisioning/2026/jan.ndjson.gz");
    bucket.put(&key, gzip(file.as_bytes()), "application/gzip").await.unwrap();
    let import = &running.dropped(1).await[0];
    let ended = running.ended(running.admin(), import["id"].as_str().unwrap()).await;
    assert_eq!((counts(&ended), &ended["file"]), ([1, 0, 0, 0, 0], &json!(key)));
    assert_eq!(bucket.head(&key).await.unwrap_err().to_string(), BucketError::Missing.to_string(), "it is removed");
    // A brand does not see what is for all of the organisation.
    assert_eq!(running.get(running.brand(), "/imports").await.json()["data"], json!([]));
    // Put there again, it is another import, which changes nothing.
    bucket.put(&key, gzip(file.as_bytes()), "application/gzip").await.unwrap();
    let imports = running.dropped(2).await;
    let again = running.ended(running.admin(), imports[0]["id"].as_str().unwrap()).await;
    assert_eq!(counts(&again), [0, 0, 1, 0, 0]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_told_twice_of_a_file_is_one_import() {
    let running = Running::start().await;
    let key = format!("incoming/{}/accounts/x.csv", running.bundle.demo().organisation_id);
    let told = json!({"dropped": {"key": key, "size": 1, "etag": "e", "sequencer": "1"}});
    for _ in 0..2 {
        assert!(running.handled("split-import", &told).await);
    }
    assert_eq!(running.dropped(1).await.len(), 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_put_anywhere_else_stays_as_it_is() {
    let running = Running::start().await;
    let (bucket, organisation) = (running.bucket(), running.bundle.demo().organisation_id.clone());
    let nobody = "5c1d6b1e-2f4b-4c7a-9b7e-2d7e8f1a0c33";
    let keys = [
        format!("incoming/{nobody}/provisioning/x.csv"),
        format!("incoming/{organisation}/customers/x.csv"),
        format!("incoming/{organisation}/provisioning/x.xlsx"),
        "incoming/x.csv".to_owned(),
    ];
    for key in &keys {
        bucket.put(key, "email\n", "text/csv").await.unwrap();
        let told = json!({"dropped": {"key": key, "size": 6, "etag": "e", "sequencer": "1"}});
        assert!(running.handled("split-import", &told).await);
    }
    for key in &keys {
        assert_eq!(bucket.head(key).await.unwrap().size, 6);
    }
    assert_eq!(running.get(running.admin(), "/imports").await.json()["data"], json!([]));
    running.bundle.stop().await;
}
