//! Readme: the steps that a project's README tells are those that the program prints.

use serde::Serialize;

/// Commands under one heading.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Step {
    pub(crate) title: String,
    pub(crate) commands: Vec<String>,
}

/// The headings of a README that have commands below them, with the commands.
pub(crate) fn steps(readme: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut in_commands = false;
    for line in readme.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            steps.push(Step { title: title.to_owned(), commands: Vec::new() });
        } else if line.starts_with("```") {
            in_commands = line == "```sh";
        } else if let Some(step) = steps.last_mut().filter(|_| in_commands) {
            step.commands.push(line.to_owned());
        }
    }
    steps.retain(|step| !step.commands.is_empty());
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_commands_below_a_heading_are_steps() {
        let readme = "# x\n```sh\nlost\n```\n## Files\n- a\n## Build\nSo:\n```sh\none\ntwo\n```\n\
                      ```json\n{}\n```\n";
        let build = Step { title: "Build".to_owned(), commands: vec!["one".into(), "two".into()] };
        assert_eq!(steps(readme), [build]);
    }
}
