//! The synthetic site: units, tasks and weekly reports in Vietnamese, about 1.5 KB of Markdown a page.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// Pages of one section; longer lists are split over several, as an office would.
pub const SECTION: usize = 250;

/// Templates and configuration, in the subset that our engine has.
const FIXED: &[(&str, &str)] = &[
    ("config.toml", include_str!("project/config.toml")),
    ("sass/main.scss", include_str!("project/main.scss")),
    ("templates/base.html", include_str!("project/base.html")),
    ("templates/nav.html", include_str!("project/nav.html")),
    ("templates/index.html", include_str!("project/index.html")),
    ("templates/section.html", include_str!("project/section.html")),
    ("templates/page.html", include_str!("project/page.html")),
    ("templates/404.html", include_str!("project/404.html")),
    ("templates/atom.xml", include_str!("project/atom.xml")),
    ("templates/sitemap.xml", include_str!("project/sitemap.xml")),
    ("templates/split_sitemap_index.xml", include_str!("project/split_sitemap_index.xml")),
    ("templates/robots.txt", include_str!("project/robots.txt")),
    ("templates/internal/alias.html", include_str!("project/alias.html")),
];

/// Parts of the site: folder, title, share of the pages in tenths.
const PARTS: &[(&str, &str, usize)] =
    &[("don-vi", "Đơn vị", 4), ("nhiem-vu", "Nhiệm vụ", 4), ("bao-cao", "Báo cáo", 2)];

/// Writes a site of `pages` pages below `folder`; the same number gives the same bytes.
pub fn project(pages: usize, folder: &Path) -> io::Result<()> {
    let mut write = |path: &str, text: &str| {
        let target = folder.join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(target, text)
    };
    for (path, text) in FIXED {
        write(path, text)?;
    }
    write("content/_index.md", &section("Trang chủ", 0, ""))?;
    let mut number = 0;
    for (weight, (part, title, tenths)) in (1..).zip(PARTS) {
        write(&format!("content/{part}/_index.md"), &section(title, weight, ""))?;
        let count = pages * tenths / 10;
        for group in 0..count.div_ceil(SECTION) {
            let name = format!("{title} – nhóm {group}");
            let options = "paginate_by = 20\ngenerate_feeds = true\n";
            write(&format!("content/{part}/nhom-{group}/_index.md"), &section(&name, group + 1, options))?;
            for item in group * SECTION..count.min((group + 1) * SECTION) {
                write(&path(part, item), &page(title, item % SECTION + 1, number, ""))?;
                number += 1;
            }
        }
    }
    Ok(())
}

/// Path of the page with this number in its part.
pub fn path(part: &str, item: usize) -> String {
    format!("content/{part}/nhom-{}/muc-{item}.md", item / SECTION)
}

fn section(title: &str, weight: usize, options: &str) -> String {
    format!(
        "+++\ntitle = \"{title}\"\nweight = {weight}\nsort_by = \"weight\"\n{options}+++\n{}\n",
        sentence(&mut Chance(weight))
    )
}

/// One page: its weight in its section, its number in the whole site (each has its own date), and text added at the end.
pub fn page(kind: &str, weight: usize, number: usize, added: &str) -> String {
    let mut chance = Chance(number + 1);
    let (day, minute) = (number / 1440, number % 1440);
    let mut text = format!(
        "+++\ntitle = \"{kind} số {number}\"\nweight = {weight}\ndate = {}T{:02}:{:02}:00+07:00\ndescription = \"{}\"\n\
         [extra]\nma = \"{kind}-{number}\"\nso_phieu = {}\n+++\n",
        date(day),
        minute / 60,
        minute % 60,
        sentence(&mut chance),
        chance.below(90_000),
    );
    for heading in ["Căn cứ", "Việc phải làm", "Kết quả"] {
        let _ = write!(
            text,
            "## {heading}\n\n{} **{}** {}\n\n",
            sentence(&mut chance),
            sentence(&mut chance),
            sentence(&mut chance)
        );
        let _ = write!(text, "- {}\n- {}\n\n", sentence(&mut chance), sentence(&mut chance));
    }
    let _ = writeln!(
        text,
        "| Mục | Số |\n|---|---|\n| Cử tri | {} |\n| Thẻ | {} |\n\n{added}",
        chance.below(9_000),
        chance.below(9_000)
    );
    text
}

/// A date some days after 1 January 2021, in months of 28 days.
fn date(days: usize) -> String {
    format!("{}-{:02}-{:02}", 2021 + days / 336, days / 28 % 12 + 1, days % 28 + 1)
}

fn sentence(chance: &mut Chance) -> String {
    const WORDS: &str = "ủy ban bầu cử tỉnh huyện xã đại biểu Quốc hội Hội đồng nhân dân các cấp cử tri danh sách niêm yết \
        công khai khu vực bỏ phiếu tổ bầu cử nhiệm kỳ hiệp thương giới thiệu ứng cử thời hạn báo cáo kết quả kiểm tra giám sát";
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let chosen: Vec<&str> = (0..12 + chance.below(8)).map(|_| words[chance.below(words.len())]).collect();
    format!("Việc {}.", chosen.join(" "))
}

/// Numbers that look like chance and are the same in every run (a linear congruence, Knuth's MMIX constants).
struct Chance(usize);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
