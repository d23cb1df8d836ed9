use crate::run::{self, end, epoch, info, play, step};
use chainrule::report::HtmlReport;
use chainrule::train::{
    Confusion, EpochRecord, Event, LayerNorms, Observer, RunInfo, StepRecord, WorstSample,
};
use serde_json::Value;
use std::fs;

/// What a report says after some events.
fn report(events: impl FnOnce(&mut dyn Observer)) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.html");
    events(&mut HtmlReport::new(&path));
    let page = fs::read_to_string(&path).expect("the report");
    check(&page);
    page
}

/// Every element is closed where it must be, and nothing is fetched from elsewhere.
fn check(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page;
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, behind) = tag.split_once('>').expect("a whole tag");
        rest = behind;
        let name = tag
            .split([' ', '\n', '/'])
            .find(|part| !part.is_empty())
            .expect("a name");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}> closes something else");
        } else if !tag.ends_with('/') && !["!DOCTYPE", "meta", "link", "img"].contains(&name) {
            open.push(name);
        }
        let quotes = tag.bytes().filter(|byte| *byte == b'"').count();
        assert_eq!(quotes % 2, 0, "quotes in <{tag}>");
        for attribute in ["src=\"", "href=\""] {
            for (_, value) in tag
                .match_indices(attribute)
                .map(|(at, _)| tag[at..].split_at(attribute.len()))
            {
                assert!(
                    value.starts_with("data:") || value.starts_with('#'),
                    "<{tag}>"
                );
            }
        }
    }
    assert!(open.is_empty(), "{open:?} are not closed");
    for outside in ["http:", "https:", "url(", "@import", "NaN", "inf,"] {
        assert!(!visible(page).contains(outside), "{outside}");
    }
    assert_eq!(page.matches("<script").count(), 1);
}

/// The page without its data.
fn visible(page: &str) -> &str {
    page.split_once("<script").expect("data").0
}

fn data(page: &str) -> Value {
    let (_, data) = page
        .split_once("<script type=\"application/json\" id=\"run\">")
        .expect("data");
    let (data, _) = data.split_once("</script>").expect("the end of the data");
    serde_json::from_str(data).expect("JSON")
}

#[test]
fn html_report_of_a_run_shows_all_of_it() {
    let page = report(|observer| run::learn(&mut [observer], 8));
    for part in [
        "<title>Strokes with noise</title>",
        "<code>Strokes</code>",
        "all epochs done",
        "<h3>Loss</h3>",
        "<h3>Metrics on the validation samples</h3>",
        "<h3>Learning rate</h3>",
        "<h3>Gradients by layer</h3>",
        "<h3>Weights by layer</h3>",
        "<h3>Dead units by layer</h3>",
        "Conv2d(8, kernel = 3, padding = 1)",
        "[8, 6, 6]",
        "‖∂L/∂W‖",
        "gradients start here",
        "taken for",
        "data:image/png;base64,",
        "Adam (β₁ 0.9, β₂ 0.999)",
        "checkpoint written: runs/strokes/0001.checkpoint",
        "Table of epochs",
    ] {
        assert!(visible(&page).contains(part), "{part}");
    }
    assert_eq!(page.matches("<img ").count(), 12);
    // Loss and metrics, learning rate and norm, three for the layers.
    assert_eq!(page.matches("class=\"chart\"").count(), 7);
}

#[test]
fn html_report_escapes_what_it_is_told() {
    const EVIL: &str = "</script><script>alert(1)</script><img src=x onerror='x' \"&amp;";
    let page = report(|observer| {
        let evil = || EVIL.to_owned();
        let info = RunInfo {
            name: evil(),
            settings: vec![(evil(), evil())],
            ..info(0)
        };
        let epoch = EpochRecord {
            metrics: vec![(evil(), 0.5), (evil() + "2", 7.0)],
            ..epoch(1)
        };
        let confusion = Confusion {
            classes: vec![evil(), evil()],
            counts: vec![vec![1, 2], vec![3, 4]],
        };
        let worst = WorstSample {
            index: 0,
            loss: 1.0,
            input: vec![0.0; 144],
            answer: evil(),
            target: evil(),
        };
        let outcome = chainrule::train::Outcome {
            reason: evil(),
            best_epoch: Some(1),
            seconds: 1.0,
        };
        for event in [
            Event::Start(&info),
            Event::Step(&step(1)),
            Event::Norms(
                1,
                &[LayerNorms {
                    label: EVIL,
                    weights: 1.0,
                    gradients: 1.0,
                    dead: 0.0,
                }],
            ),
            Event::Epoch(&epoch),
            Event::Confusion(&confusion),
            Event::Worst(&[worst]),
            Event::Note(EVIL),
            Event::End(&outcome),
        ] {
            observer.observe(&event).expect("a place to write");
        }
    });
    assert!(!visible(&page).contains("<script>") && !visible(&page).contains("src=x onerror='"));
    let escaped = "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;x&#39; &quot;&amp;amp;";
    // The title twice, setting and value, metrics, classes, answer and target, note, outcome, and the label of a layer.
    assert!(
        page.matches(escaped).count() >= 16,
        "{}",
        page.matches(escaped).count()
    );
    assert_eq!(data(&page)["notes"][0]["text"], EVIL);
}

#[test]
fn html_report_is_written_at_the_start_after_an_epoch_and_at_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made/report.html");
    let read = || fs::read_to_string(&path).expect("the report");
    let mut report = HtmlReport::new(&path);
    report
        .observe(&Event::Start(&info(0)))
        .expect("a place to write");
    assert!(read().contains("started"));
    play(&mut report, 0, 5);
    assert!(read().contains("running, 1 of 6 epochs done"));
    end(&mut report);
    assert!(read().contains("all epochs done"));
    // Whole and then renamed: nothing else is left.
    assert_eq!(
        fs::read_dir(path.parent().expect("a folder"))
            .expect("the folder")
            .count(),
        1
    );
}

#[test]
fn html_report_of_a_run_that_stops_with_an_error_shows_how_far_it_came() {
    let page = report(|observer| play(observer, 0, 8));
    assert!(page.contains("stopped, 1 of 6 epochs done"));
    assert_eq!(data(&page)["step"], 8);
}

#[test]
fn html_report_of_an_empty_run() {
    let page = report(|observer| {
        observer
            .observe(&Event::Start(&RunInfo {
                layers: &[],
                settings: vec![],
                ..info(0)
            }))
            .expect("a place");
        end(observer);
    });
    assert!(!page.contains("class=\"chart\"") && !page.contains("class=\"diagram\""));
    assert!(page.contains("all epochs done"));
    // Not even a start.
    assert!(report(end).contains("<title>training</title>"));
}

#[test]
fn html_report_of_one_epoch_shows_a_point() {
    let page = report(|observer| {
        observer
            .observe(&Event::Start(&info(0)))
            .expect("a place to write");
        observer
            .observe(&Event::Epoch(&epoch(1)))
            .expect("a place to write");
        end(observer);
    });
    // Of training, validation and accuracy.
    assert_eq!(visible(&page).matches("<circle").count(), 3);
    assert!(page.contains("<tr class=\"best\"><th scope=\"row\">1</th>"));
}

#[test]
fn html_report_marks_losses_that_are_no_numbers() {
    let page = report(|observer| {
        observer
            .observe(&Event::Start(&info(0)))
            .expect("a place to write");
        for number in 1..=20 {
            let loss = match number {
                7 => f64::NAN,
                8 => f64::INFINITY,
                _ => 1.0,
            };
            let record = StepRecord {
                loss,
                gradient_norm: f64::NAN,
                ..step(number)
            };
            observer
                .observe(&Event::Step(&record))
                .expect("a place to write");
        }
        let bad = EpochRecord {
            loss: f64::NAN,
            validation_loss: Some(f64::NAN),
            ..epoch(1)
        };
        observer
            .observe(&Event::Epoch(&bad))
            .expect("a place to write");
        end(observer);
    });
    assert!(page.contains("training is not a number at step 7"));
    assert!(page.contains("training is not a number at step 8"));
    assert!(!page.contains("training is not a number at step 9"));
    assert!(page.contains("gradient norm is not a number at step 20"));
    assert!(page.contains("validation is not a number at step 5"));
    // No epoch is the best one.
    assert!(data(&page)["best"].is_null() && !page.contains("class=\"best\""));
    // What is no number comes back as none from the data.
    assert_eq!(data(&page)["epochs"][0]["validation_loss"], "NaN");
}

#[test]
fn html_report_of_a_resumed_run_is_that_of_one_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, parts) = (
        folder.path().join("whole.html"),
        folder.path().join("parts.html"),
    );
    let mut report = HtmlReport::new(&whole);
    play(&mut report, 0, 30);
    end(&mut report);
    // The file is that of the last epoch, as when the run is killed before the next one.
    play(&mut HtmlReport::new(&parts), 0, 8);
    let mut report = HtmlReport::new(&parts);
    play(&mut report, 4, 30);
    end(&mut report);
    let read = |path| data(&fs::read_to_string(path).expect("the report"));
    let (whole, mut parts) = (read(&whole), read(&parts));
    assert_eq!(parts["resumed_at"], serde_json::json!([4]));
    parts["resumed_at"] = serde_json::json!([]);
    assert_eq!(whole, parts);
    assert!(
        fs::read_to_string(folder.path().join("parts.html"))
            .expect("the report")
            .contains("resumed at step 4")
    );
}

#[test]
fn html_report_stays_small_however_long_the_run() {
    let page = report(|observer| {
        observer
            .observe(&Event::Start(&info(0)))
            .expect("a place to write");
        for number in 1..=400_000 {
            observer
                .observe(&Event::Step(&step(number)))
                .expect("a place to write");
            if number % 100 == 0 {
                let norms = ["conv1", "head"].map(|label| LayerNorms {
                    label,
                    weights: 1.5,
                    gradients: 0.1,
                    dead: 0.0,
                });
                observer
                    .observe(&Event::Norms(number, &norms))
                    .expect("a place to write");
                observer
                    .observe(&Event::Note("one of many"))
                    .expect("a place to write");
            }
            if number % 40 == 0 {
                observer
                    .observe(&Event::Epoch(&EpochRecord {
                        step: number,
                        ..epoch(number / 40)
                    }))
                    .expect("a place");
            }
        }
        end(observer);
    });
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    let data = data(&page);
    let steps = data["loss"]["buckets"].as_array().expect("buckets");
    assert!((512..=1024).contains(&steps.len()));
    assert_eq!(steps.last().expect("a bucket")[1], 400_000);
    let epochs = data["epochs"].as_array().expect("epochs");
    assert!((500..=1001).contains(&epochs.len()), "{}", epochs.len());
    assert_eq!(epochs.last().expect("an epoch")["epoch"], 10_000);
    assert_eq!(data["notes_left_out"], 3800);
}

#[test]
fn html_report_draws_few_many_and_very_many_classes() {
    for (classes, part) in [
        (3, "<table class=\"confusion\">"),
        (60, "class=\"matrix\""),
        (1000, "1\u{202f}000 classes are too many"),
    ] {
        let page = report(|observer| {
            let counts = (0..classes).map(|row| {
                (0..classes)
                    .map(|column| u64::from((row + column) % 7 == 0))
                    .collect()
            });
            let confusion = Confusion {
                classes: (0..classes).map(|class| format!("class {class}")).collect(),
                counts: counts.collect(),
            };
            observer
                .observe(&Event::Start(&info(0)))
                .expect("a place to write");
            observer
                .observe(&Event::Confusion(&confusion))
                .expect("a place to write");
            end(observer);
        });
        assert!(page.contains(part), "{part}");
        assert!(page.contains("Commonest mistakes") || classes == 3);
        assert!(page.len() < 400_000, "{} bytes", page.len());
    }
}
