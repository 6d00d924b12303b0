//! Public pages as a visitor meets them: WCAG 2.2 AA, under 50 KB, no script, no sideways scrolling, light and dark.

use std::fs;
use std::path::Path;

use crate::support::browser::NARROW;
use crate::support::browser::Result;
use crate::support::browser::Visitor;
use crate::support::browser::WIDE;
use crate::support::serve::Server;

/// Looks at pages of a built site at both widths, in light and dark, and returns every fault with its page.
pub async fn faults(site: &Path, pages: &[&str]) -> Result<Vec<String>> {
    let server = Server::start(site)?;
    let visitor = Visitor::start().await?;
    let mut found = Vec::new();
    for page in pages {
        for (width, dark) in [(NARROW, false), (WIDE, false), (WIDE, true)] {
            let visit = visitor.visit(&server.url(page), width, dark).await?;
            let colours = if dark { "dark" } else { "light" };
            found.extend(
                visit.faults().into_iter().map(|fault| format!("{page} at {width} px, {colours}: {fault}")),
            );
        }
    }
    visitor.stop().await?;
    Ok(found)
}

const GOOD: &str = "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\"><title>Lịch</title>\
    <link rel=\"icon\" href=\"data:,\"><meta name=\"viewport\" content=\"width=device-width\">\
    <style>:root{color-scheme:light dark}</style><main><h1>Lịch bầu cử</h1><p>Ngày 23 tháng 5.</p></main></html>";

const BAD: &str = "<!doctype html><html><meta charset=\"utf-8\"><title>Lịch</title><link rel=\"icon\" href=\"data:,\">\
    <body onload=\"x\"><script>throw new Error('hỏng')</script><img src=\"khong-co.png\">\
    <p style=\"width:2000px;color:#999;background:#fff\">Chữ mờ</p></html>";

#[tokio::test(flavor = "multi_thread")]
async fn the_visitor_sees_every_kind_of_fault_and_none_on_a_good_page() -> Result<()> {
    let site = tempfile::tempdir()?;
    fs::create_dir(site.path().join("xấu"))?;
    fs::write(site.path().join("index.html"), GOOD)?;
    fs::write(site.path().join("xấu/index.html"), format!("{BAD}{}", " ".repeat(60_000)))?;
    assert_eq!(faults(site.path(), &["/"]).await?, [""; 0]);

    let found = faults(site.path(), &["/x%E1%BA%A5u/"]).await?.join("\n");
    let expected = [
        "html-has-lang",
        "image-alt",
        "color-contrast",
        "weight:",
        "script: 2",
        "reflow:",
        "404",
        "Uncaught",
    ];
    for part in expected {
        assert!(found.contains(part), "{part:?} was not seen in\n{found}");
    }
    Ok(())
}
