use crate::fixture::{Fixture, kept, refused, upload};
use crate::{Quota, RegistryError};

const ROOM: Quota = Quota { versions: 3, bytes: 10_000 };

fn register(fixture: &Fixture, text: &str, bytes: &[u8]) -> Result<(), RegistryError> {
    fixture.registry.register(upload(text), bytes, &ROOM).map(|_| ())
}

#[test]
fn a_tenant_that_is_full_is_refused_and_its_neighbour_is_not() {
    let fixture = Fixture::new();
    for text in ["acme/night@1.0.0", "acme/night@2.0.0", "acme/day@1.0.0"] {
        register(&fixture, text, text.as_bytes()).unwrap();
    }
    let before = kept(fixture.registry.folder());
    refused(
        register(&fixture, "acme/day@2.0.0", b"more"),
        "tenant `acme` has registered 3 versions, the limit is 3; remove some",
    );
    assert_eq!(kept(fixture.registry.folder()), before, "nor are its bytes kept");
    register(&fixture, "acme/day@1.0.0", b"acme/day@1.0.0").unwrap();
    register(&fixture, "other/day@2.0.0", b"more").unwrap();
    fixture.remove("acme/night@1.0.0").unwrap();
    register(&fixture, "acme/day@2.0.0", b"more").unwrap();
}

#[test]
fn bytes_are_counted_once_and_what_is_known_of_them_each_time() {
    let fixture = Fixture::new();
    let large = [7; 6000];
    register(&fixture, "acme/night@1.0.0", &large).unwrap();
    let error = register(&fixture, "acme/night@2.0.0", &[8; 6000]).unwrap_err().to_string();
    let used: u64 = error.split(' ').nth(3).unwrap().parse().unwrap();
    let files = kept(fixture.registry.folder());
    let record = files["records/acme/night/1.0.0.json"].len();
    assert_eq!(used as usize, 6000 + record, "{error}");
    assert!(error.contains("bytes, the limit is 10000, and this version needs 6"), "{error}");
    register(&fixture, "acme/night@2.0.0", &large).unwrap();
    let verbose = "x".repeat(10_000);
    let talkative = crate::Upload { settings_schema: verbose, ..upload("acme/night@3.0.0") };
    let refusal = fixture.registry.register(talkative, &large, &ROOM);
    refused(refusal, "tenant `acme` keeps 6");
}
