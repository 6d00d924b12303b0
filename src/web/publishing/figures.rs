//! What the builder adds to `/metrics`, in Prometheus' text format 0.0.4.

use std::fmt::Write;

use crate::rebuild::Service;

/// The lines.
pub fn lines(builder: &Service) -> String {
    let (times, counts) = builder.last();
    let mut text = String::new();
    let results = [("new", counts.new), ("unchanged", counts.unchanged), ("failed", counts.failed)];
    let results = results.map(|(result, count)| (format!("{{result=\"{result}\"}}"), count.to_string()));
    family(&mut text, ("counter", "builds_total", "Rebuilds, by what they came to."), &results);
    let parts =
        [("read", times.read), ("plan", times.plan), ("render", times.render), ("release", times.release)];
    let parts = parts.map(|(part, took)| (format!("{{part=\"{part}\"}}"), took.as_secs_f64().to_string()));
    family(&mut text, ("gauge", "last_seconds", "Time of the last release, by part."), &parts);
    let one = |value: String| [(String::new(), value)];
    let looks = one(counts.looks.to_string());
    family(&mut text, ("counter", "looks_total", "Looks at what is to be released by itself."), &looks);
    family(
        &mut text,
        ("gauge", "waiting", "Work that waits for the builder."),
        &one(builder.waiting().to_string()),
    );
    let releases = builder.releases();
    let paused = u8::from(releases.is_paused().unwrap_or(false));
    let help = "1 if nothing is released by itself, because somebody went back.";
    family(&mut text, ("gauge", "paused", help), &one(paused.to_string()));
    if let Ok(Some(id)) = releases.current_id() {
        let current = [(format!("{{release=\"{id}\"}}"), "1".to_owned())];
        family(&mut text, ("gauge", "current", "The release that the public reads."), &current);
    }
    text
}

fn family(text: &mut String, (kind, name, help): (&str, &str, &str), values: &[(String, String)]) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "# HELP niemyet_builder_{name} {help}\n# TYPE niemyet_builder_{name} {kind}");
    for (labels, value) in values {
        let _ = writeln!(text, "niemyet_builder_{name}{labels} {value}");
    }
}
