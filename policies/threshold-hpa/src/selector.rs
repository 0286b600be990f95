//! Label selectors in the two texts that matter: the canonical one that a metric is asked with, and
//! the one that events print.

use crate::spec::{LabelExpression, LabelOperator, LabelSelector};

impl LabelSelector {
    /// The canonical text, sorted by key: `app=shop,tier in (a,b),!canary`. Empty for no condition.
    pub fn canonical(&self) -> String {
        let equal = self.match_labels.iter().map(|(key, value)| (key, format!("{key}={value}")));
        let others = self.match_expressions.iter().map(|one| (&one.key, one.canonical()));
        let mut requirements: Vec<_> = equal.chain(others).collect();
        requirements.sort_by(|a, b| a.0.cmp(b.0));
        requirements.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(",")
    }

    /// The text that the original prints in the reason of a rescale.
    pub fn printed(&self) -> String {
        let labels: String =
            self.match_labels.iter().map(|(key, value)| format!("{key}: {value},")).collect();
        let expressions: String = self
            .match_expressions
            .iter()
            .map(|one| {
                format!(
                    "LabelSelectorRequirement{{Key:{},Operator:{:?},Values:[{}],}},",
                    one.key,
                    one.operator,
                    one.values.join(" ")
                )
            })
            .collect();
        format!(
            "&LabelSelector{{MatchLabels:map[string]string{{{labels}}},\
             MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"
        )
    }
}

impl LabelExpression {
    fn canonical(&self) -> String {
        let mut values: Vec<_> = self.values.iter().map(String::as_str).collect();
        values.sort_unstable();
        let (key, values) = (&self.key, values.join(","));
        match self.operator {
            LabelOperator::In => format!("{key} in ({values})"),
            LabelOperator::NotIn => format!("{key} notin ({values})"),
            LabelOperator::Exists => key.clone(),
            LabelOperator::DoesNotExist => format!("!{key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::spec::LabelSelector;

    #[test]
    fn sorts_conditions_by_key_and_values_by_name() {
        let selector: LabelSelector = serde_json::from_str(
            r#"{"matchLabels": {"label": "value", "b": "1"}, "matchExpressions": [
                {"key": "a", "operator": "NotIn", "values": ["y", "x"]},
                {"key": "c", "operator": "Exists"},
                {"key": "d", "operator": "DoesNotExist"}]}"#,
        )
        .unwrap();
        assert_eq!(selector.canonical(), "a notin (x,y),b=1,c,!d,label=value");
        assert_eq!(LabelSelector::default().canonical(), "");
    }

    #[test]
    fn prints_like_the_original() {
        let selector: LabelSelector =
            serde_json::from_str(r#"{"matchLabels": {"label": "value"}}"#).unwrap();
        assert_eq!(
            selector.printed(),
            "&LabelSelector{MatchLabels:map[string]string{label: value,},\
             MatchExpressions:[]LabelSelectorRequirement{},}"
        );
    }
}
