//! Public pages as a visitor meets them: WCAG 2.2 AA, under 50 KB, no script (but that of the search page), no sideways scrolling, light and dark.

use std::fs;

use futures::StreamExt;
use futures::TryStreamExt;
use futures::stream;

use crate::support::browser::NARROW;
use crate::support::browser::Result;
use crate::support::browser::Visitor;
use crate::support::browser::WIDE;
use crate::support::cli::Office;
use crate::support::serve::Server;

/// Pages that are looked at at the same time.
const AT_ONCE: usize = 2;

/// Looks at pages of a site at both widths, at the wider one in dark colours too, and returns every fault with its page.
async fn faults(site: &str, pages: &[String]) -> Result<Vec<String>> {
    let visitor = Visitor::start().await?;
    let ways = [(NARROW, false), (WIDE, false), (WIDE, true)];
    let visits = pages.iter().flat_map(|page| ways.map(|(width, dark)| (page, width, dark)));
    let visits = stream::iter(visits).map(async |(page, width, dark)| {
        let visit = visitor.visit(&format!("{site}{page}"), width, dark).await?;
        let colours = if dark { "dark" } else { "light" };
        let faults = visit.faults().into_iter();
        Ok(faults.map(|fault| format!("{page} at {width} px, {colours}: {fault}")).collect::<Vec<_>>())
    });
    let found: Result<Vec<_>> = visits.buffer_unordered(AT_ONCE).try_collect().await;
    visitor.stop().await?;
    Ok(found?.concat())
}

/// Every kind of page of the public site. Its English twin has `/en` before it.
const KINDS: [&str; 17] = [
    "/",
    "/lich/",
    "/lich/consult2-province/",
    "/lich/polling-areas-fixed/",
    "/lich/election-day/",
    "/don-vi/",
    "/don-vi/huyen-muong-la-120/",
    "/nhiem-vu/",
    "/nhiem-vu/team-comms/",
    "/van-ban/",
    "/van-ban/19-kl-ubbc/",
    "/thong-bao/",
    "/du-lieu/",
    "/gioi-thieu/",
    "/tiep-can/",
    "/tim-kiem/",
    "/khong-co-trang-nay/",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_page_is_without_fault_as_the_program_serves_it() -> Result<()> {
    let office = Office::ready();
    office.ok(&["build"]);
    let mut serving = office.start(&["serve", "--listen", "127.0.0.1:0"]);
    let pages: Vec<String> =
        KINDS.iter().flat_map(|page| [(*page).to_owned(), format!("/en{page}")]).collect();
    let mut found = faults(&serving.url(), &pages).await?;
    // A browser reports the status of a page that is not there as an error: 404 is what that page must have.
    let of_missing = |fault: &String| fault.contains("console:") && fault.contains("status of 404");
    let missing = found.extract_if(.., |fault| fault.contains("/khong-co-trang-nay/") && of_missing(fault));
    assert_eq!(missing.count(), 6, "the page of what is not there has no status 404");
    let its_script = |fault: &mut String| fault.contains("/tim-kiem/") && fault.contains(": script: 1 place");
    assert_eq!(found.extract_if(.., its_script).count(), 6, "the search page has one script");
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
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
    let server = Server::start(site.path())?;
    assert_eq!(faults(&server.url(""), &["/".to_owned()]).await?, [""; 0]);

    let found = faults(&server.url(""), &["/x%E1%BA%A5u/".to_owned()]).await?.join("\n");
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

    let dim = "<style>@media (prefers-color-scheme:dark){p{color:#333;background:#222}}</style></html>";
    fs::write(site.path().join("index.html"), GOOD.replace("</html>", dim))?;
    let found = faults(&server.url(""), &["/".to_owned()]).await?;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found.iter().all(|fault| fault.contains("dark: accessibility: color-contrast")), "{found:#?}");
    Ok(())
}
