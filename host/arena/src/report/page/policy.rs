//! Policy: what the browser may run and fetch for the page. Only scripts with these digests run, so
//! a name that slipped into the page as a tag would stay text; and nothing is fetched.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// The charts' library, plotly.js, as the `plotly` crate carries it. The crate offers it together
/// with a formula renderer in a second element, which the page has no use for.
pub(super) fn library() -> &'static str {
    static LIBRARY: LazyLock<String> = LazyLock::new(|| {
        let elements = plotly::Plot::offline_js_sources();
        let begin = elements.find('>').map_or(0, |tag| tag + 1);
        let end = elements.find("</script>").unwrap_or(elements.len());
        elements[begin..end].to_owned()
    });
    &LIBRARY
}

/// A Content-Security-Policy under which exactly these inline scripts run. The library writes styles
/// and offers pictures of charts as downloads.
pub(super) fn policy(scripts: &[&str]) -> String {
    let digests: Vec<String> = scripts
        .iter()
        .map(|script| {
            format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script.as_bytes())))
        })
        .collect();
    format!(
        "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src data: blob:; \
         base-uri 'none'; form-action 'none'",
        digests.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_one_whole_script_without_the_formula_renderer() {
        let library = library();
        assert!(library.contains("* plotly.js v"));
        assert!(!library.contains("<script") && !library.contains("</script"));
        assert!(!library.contains("MathJax.loader"), "the formula renderer would be dead weight");
        assert!(library.len() < 5_000_000, "{} bytes", library.len());
    }
}
