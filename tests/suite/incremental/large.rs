//! What shows only in a large site: loops whose output is kept, and a sitemap in several files.

use super::directed::Story;
use crate::support::many_addresses;

fn page(number: usize, more: &str) -> String {
    format!("+++\ntitle = \"Trang {number}\"\nweight = {number}\n{more}+++\n")
}

/// A site with a section of 150 pages: above the 128 turns from which on a loop's output is kept.
fn many(page_template: &str) -> Story {
    let pages: Vec<(String, String)> = (0..150)
        .map(|number| {
            let more = if number == 7 { "[extra]\nanh = \"bay\"\n" } else { "" };
            (format!("content/tin/t{number:03}.md"), page(number + 10, more))
        })
        .collect();
    let list = "{% for p in section.pages %}{{ p.title }} {{ p.permalink }} {{ p.extra.anh | default(value=\"-\") }};{% endfor %}";
    let mut files: Vec<(&str, &str)> =
        pages.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("templates/section.html", list));
    files.push(("templates/page.html", page_template));
    Story::of(&files)
}

const NUMBERED: &str = "{{ page.title }}";

#[test]
fn kept_loop_output_follows_the_pages() {
    many(NUMBERED)
        .step(&[("content/tin/t005.md", Some(&page(15, "description = \"x\"\n")))])
        .step(&[("content/tin/t005.md", Some(&page(15, "[extra]\nanh = \"năm\"\n")))])
        .step(&[("content/tin/t005.md", Some(&page(500, "slug = \"khac\"\n")))])
        .step(&[("content/tin/t006.md", None), ("content/tin/t007.md", None)])
        .step(&[("content/tin/t007.md", Some(&page(17, "")))])
        .refused(
            "no-such",
            &[
                ("content/tin/t008.md", Some(&page(18, "[extra]\nanh = \"tám\"\n"))),
                ("content/tin/t009.md", Some(&page(19, "template = \"no-such.html\"\n"))),
            ],
        )
        .step(&[("content/tin/t009.md", Some(&page(19, "[extra]\nanh = \"chín\"\n")))])
        .step(&[(
            "templates/section.html",
            Some("{% for p in section.pages %}{{ p.permalink }}={{ p.title }};{% endfor %}"),
        )])
        .step(&[("content/tin/t010.md", Some(&page(1, "")))]);
}

/// In Tera a field that the loop's value lacks is looked for in the variable of the same name outside the loop.
#[test]
fn kept_loop_output_does_not_carry_what_stood_outside_the_loop() {
    let template = "{% set s = get_section(path=\"tin/_index.md\") %}{% for page in s.pages %}{{ page.extra.anh | default(value=\"-\") }}{% endfor %}";
    many(template).step(&[("content/tin/t020.md", Some(&page(30, "[extra]\nanh = \"hai mươi\"\n")))]);
}

#[test]
fn a_loop_variable_called_loop_still_counts() {
    let template = "{% for loop in section.pages %}{{ loop.index }},{% endfor %}";
    many(NUMBERED).step(&[("templates/section.html", Some(template))]).step(&[("content/tin/t020.md", None)]);
}

#[test]
fn a_sitemap_past_its_limit_is_divided_and_joined_again() {
    // From 30,000 addresses on there are two files (the format's own limit is 50,000; Zola divides at 30,000).
    let few = 29_990 / (many_addresses::LEVELS + 1);
    let pages = many_addresses::files(few);
    let mut files: Vec<(&str, &str)> =
        pages.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("templates/page.html", "x"));
    let more: Vec<(String, String)> = (few..few + 3).map(many_addresses::page).collect();
    let add: Vec<(&str, Option<&str>)> =
        more.iter().map(|(path, text)| (path.as_str(), Some(text.as_str()))).collect();
    let remove: Vec<(&str, Option<&str>)> = more.iter().map(|(path, _)| (path.as_str(), None)).collect();
    // The list of files by a template of the site's own, and by the one that comes with the engine.
    let built_in = [("templates/split_sitemap_index.xml", None), ("templates/sitemap.xml", None)];
    let mut story = Story::of(&files);
    assert!(!story.has("sitemap1.xml"));
    assert!(story.step(&add).step(&built_in).has("sitemap2.xml"));
    assert!(!story.step(&remove).has("sitemap1.xml"));
    assert!(story.step(&add).has("sitemap2.xml"));
}
