use super::*;

fn schema() -> Schema {
    Schema {
        features: vec!["replicas".to_owned(), "cpu_utilisation_ratio".to_owned()],
        features_version: "1".to_owned(),
        heads: vec![3, 5],
        scores: vec!["slo".to_owned()],
    }
}

#[test]
fn says_what_cannot_be() {
    let refused = |change: fn(&mut Schema)| {
        let mut schema = schema();
        change(&mut schema);
        schema.check().unwrap_err().to_string()
    };
    assert_eq!(schema().check(), Ok(()));
    assert!(refused(|schema| schema.features.clear()).contains("without features"));
    assert!(refused(|schema| schema.scores.clear()).contains("without scores"));
    assert!(
        refused(|schema| schema.scores.push("slo".to_owned())).contains("two scores named `slo`")
    );
    assert!(refused(|schema| schema.heads.clear()).contains("heads of []"));
    assert!(refused(|schema| schema.heads[0] = 0).contains("[0, 5]"));
    assert!(refused(|schema| schema.heads = vec![5000]).contains("[5000]"));
}

#[test]
fn names_the_field_that_differs() {
    let check = |change: fn(&mut Schema), expected: &str| {
        let mut other = schema();
        change(&mut other);
        let said = schema().agree(&other).unwrap_err().to_string();
        assert!(said.contains(expected), "{said} lacks {expected}");
    };
    assert_eq!(schema().agree(&schema()), Ok(()));
    check(
        |other| other.features[1] = "queue_length".to_owned(),
        r#"its features[1] is "queue_length""#,
    );
    check(|other| other.features.truncate(1), "its number of features is 1, here it is 2");
    check(|other| other.features_version = "2".to_owned(), "its features_version is `2`");
    check(|other| other.heads[0] = 4, "its heads[0] is 4, here it is 3");
    check(|other| other.scores[0] = "cost".to_owned(), r#"its scores[0] is "cost""#);
}

#[test]
fn a_row_of_scarlet_takes_34_words() {
    let scarlet = Schema {
        features: (0..15).map(|feature| format!("feature_{feature}")).collect(),
        heads: vec![27],
        ..schema()
    };
    assert_eq!(Layout::new(&scarlet).words, 34);
}
