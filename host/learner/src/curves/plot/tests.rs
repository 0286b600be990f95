use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::*;
use crate::curves::{Curves, Point, Source};

/// Reads a picture to its end as XML; gives its texts, and the points of its lines one after the other.
fn read(path: &Path) -> (Vec<String>, Vec<usize>) {
    let svg = fs::read_to_string(path).unwrap();
    let mut reader = Reader::from_str(&svg);
    let (mut texts, mut lines, mut depth) = (Vec::new(), Vec::new(), 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Text(text) => texts.push(text.decode().unwrap().trim().to_owned()),
            Event::GeneralRef(name) => texts.push(format!("&{};", name.decode().unwrap())),
            Event::Empty(tag) if tag.name().as_ref() == b"polyline" => {
                let points = tag.try_get_attribute("points").unwrap().unwrap();
                lines.push(points.value.iter().filter(|&&byte| byte == b',').count());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "an element is not closed");
    (texts.into_iter().filter(|text| !text.is_empty()).collect(), lines)
}

fn line(name: &str, values: &[f64], limit: Option<f64>) -> Line {
    Line { name: name.to_owned(), values: values.to_owned(), limit }
}

fn latency_plot(lines: Vec<Line>) -> Plot {
    let latency =
        Panel { y_label: "latency, 90th percentile (s)".to_owned(), must_show: vec![0.0], lines };
    let epsilon = line("exploration ε", &[0.9, 0.5, 0.2, 0.1, 0.05], None);
    let exploration =
        Panel { y_label: "ε".to_owned(), must_show: vec![0.0, 1.0], lines: vec![epsilon] };
    Plot {
        title: "Tail latency of each function".to_owned(),
        x_label: "training step".to_owned(),
        first_x: 1,
        panels: vec![latency, exploration],
    }
}

#[test]
fn lines_are_drawn_with_their_names_limits_and_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("figure.svg");
    let gap = [0.3, 0.2, f64::NAN, 0.1, 0.1];
    let plot = latency_plot(vec![
        line("fibonacci", &gap, Some(0.25)),
        line("geo", &[0.1, 0.2, 0.3, 0.2, 0.1], None),
    ]);
    plot_lines(&plot, &path).unwrap();
    let (texts, lines) = read(&path);
    for wanted in [
        "Tail latency of each function",
        "training step",
        "latency, 90th percentile (s)",
        "fibonacci",
        "geo",
        "limit, in the colour of its line",
        "exploration ε",
        "ε",
    ] {
        assert_eq!(texts.iter().filter(|text| *text == wanted).count(), 1, "{wanted}: {texts:?}");
    }
    // Marks of legends and dashes have two points; so do the two runs of the line with a gap.
    assert_eq!(lines.iter().filter(|&&points| points == 5).count(), 2, "{lines:?}");
    let svg = fs::read_to_string(&path).unwrap();
    assert!(svg.contains("prefers-color-scheme:dark"));
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    assert!(!partial(&path).exists());
}

#[test]
fn names_cannot_break_the_picture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("figure.svg");
    let evil = "</text><script>\u{0}\u{1b}&\"'\u{fffe}";
    let mut plot = latency_plot(vec![line(evil, &[1.0, 2.0], None)]);
    plot.title = "x".repeat(10_000);
    plot_lines(&plot, &path).unwrap();
    let (texts, _) = read(&path);
    assert!(texts.iter().any(|text| text.starts_with("xxxx") && text.ends_with('…')));
    assert!(!fs::read_to_string(&path).unwrap().contains("<script>"));
}

#[test]
fn values_of_any_kind_make_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("figure.svg");
    let (nan, large) = (f64::NAN, 1e300);
    for values in
        [vec![], vec![nan], vec![7.0], vec![0.0; 3], vec![-large, large], vec![1e-12, 2e-12]]
    {
        for limit in [None, Some(f64::INFINITY), Some(0.0)] {
            plot_lines(&latency_plot(vec![line("a", &values, limit)]), &path).unwrap();
            read(&path);
        }
    }
    let empty = Plot { panels: Vec::new(), ..latency_plot(Vec::new()) };
    plot_lines(&empty, &path).unwrap();
    read(&path);
}

fn run(seed: u64, episodes: u64) -> Curves {
    let mut curves = Curves::new();
    for episode in 1..=episodes {
        let value = 1.0 - 1.0 / (episode + seed) as f64;
        let wall_seconds = episode as f64;
        for name in ["reward", "slo_preservation"] {
            let (source, step) = (Source::Episode, episode * 100);
            curves.push(&Point { source, name, step, episode, wall_seconds, value });
        }
    }
    curves
}

#[test]
fn a_training_has_a_picture_for_each_measure_that_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let curves: Vec<Curves> = (0..5).map(|seed| run(seed, 60 + seed)).collect();
    let labels: Vec<String> = (0..5).map(|seed| format!("seed {seed}")).collect();
    let runs: Vec<(&str, &Curves)> = labels.iter().map(String::as_str).zip(&curves).collect();
    let pictures = plot_training(&runs, folder.path()).unwrap();
    let names = ["reward.svg", "slo_preservation.svg"].map(|name| folder.path().join(name));
    assert_eq!(pictures, names);
    let (texts, lines) = read(&pictures[0]);
    for wanted in [
        "seed 0",
        "seed 4",
        "interquartile mean of 5, in 80 windows",
        "their middle half",
        "episode",
    ] {
        assert!(texts.iter().any(|text| text == wanted), "{wanted}: {texts:?}");
    }
    for episodes in 60..65 {
        assert_eq!(lines.iter().filter(|&&points| points == episodes).count(), 1, "{lines:?}");
    }
    assert_eq!(lines.iter().filter(|&&points| points == 80).count(), 1, "{lines:?}");

    let (texts, _) = read(&plot_training(&runs[..1], folder.path()).unwrap()[0]);
    assert!(!texts.iter().any(|text| text.contains("mean")), "one run has no spread: {texts:?}");
    assert_eq!(plot_training(&[("none", &Curves::new())], folder.path()).unwrap().len(), 0);
}

#[test]
fn many_runs_share_one_name() {
    let folder = tempfile::tempdir().unwrap();
    let curves: Vec<Curves> = (0..20).map(|seed| run(seed, 30)).collect();
    let runs: Vec<(&str, &Curves)> = curves.iter().map(|curves| ("run", curves)).collect();
    let (texts, lines) = read(&plot_training(&runs, folder.path()).unwrap()[0]);
    assert_eq!(texts.iter().filter(|text| *text == "each of 20 runs").count(), 1, "{texts:?}");
    assert_eq!(lines.iter().filter(|&&points| points == 30).count(), 20, "{lines:?}");
}
