//! Few pages with very many addresses in the sitemap: nested sections that list the same pages, one to a part. The parts are
//! addresses even where the sections have no page of their own.

/// Sections within each other.
pub const LEVELS: usize = 60;

/// Files of the content: each page adds `LEVELS` + 1 addresses.
pub fn files(pages: usize) -> Vec<(String, String)> {
    let mut folder = "content".to_owned();
    let mut all = Vec::new();
    for _ in 0..LEVELS {
        folder.push_str("/a");
        let settings = "render = false\ntransparent = true\npaginate_by = 1\nsort_by = \"weight\"";
        all.push((format!("{folder}/_index.md"), format!("+++\n{settings}\n+++\n")));
    }
    all.extend((0..pages).map(page));
    all
}

/// One of the pages.
pub fn page(number: usize) -> (String, String) {
    let dated = if number.is_multiple_of(2) { "date = 2021-05-23\n" } else { "" };
    let path = format!("content{}/t{number}.md", "/a".repeat(LEVELS));
    (path, format!("+++\nweight = {}\n{dated}+++\n", number + 1))
}
