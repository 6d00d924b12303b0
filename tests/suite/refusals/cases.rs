//! The bad inputs.

use super::Case;

fn case(path: &'static str, text: &'static str, place: &'static str, words: &'static [&'static str]) -> Case {
    Case { files: vec![(path, Some(text.as_bytes()))], place, words }
}

/// A fault in the one template that every page includes, on its second line.
fn template(text: &'static str, words: &'static [&'static str]) -> Case {
    case("templates/chung.html", text, "templates/chung.html:2: ", words)
}

/// All of them.
pub fn all() -> Vec<Case> {
    [templates(), inheritance(), evaluation(), folders(), content(), addresses(), settings()]
        .into_iter()
        .flatten()
        .collect()
}

fn templates() -> Vec<Case> {
    const REMEDY: &str = "write it without, or build with `--engine zola`";
    vec![
        template("x\n{% macro m() %}{% endmacro m %}", &["macros are not implemented", REMEDY]),
        template("{# x #}\n{% import \"mau.html\" as m %}", &["importing macros is not implemented", REMEDY]),
        template("x\n{{ self::m() }}", &["calling macros is not implemented", REMEDY]),
        template(
            "x\n{{ get_taxonomy(kind=\"a\") }}",
            &["the function `get_taxonomy` is not implemented", REMEDY],
        ),
        template("x\n{{ now() }}", &["the function `now` is not implemented", REMEDY]),
        template("x\n{{ get_env(name=\"HOME\") }}", &["the function `get_env` is not implemented", REMEDY]),
        template("x\n{{ get_random(end=3) }}", &["the function `get_random` is not implemented", REMEDY]),
        template("x\n{{ 1 | khong_co }}", &["the filter `khong_co` is not implemented", REMEDY]),
        template(
            "x\n{% if page is khong_co %}{% endif %}",
            &["the test `khong_co` is not implemented", REMEDY],
        ),
        template("x\n{{ __tera_context }}", &["`__tera_context` is not implemented", REMEDY]),
        template("x\n{% if page %}{{ page.title {% endif %}", &["syntax error"]),
        template("x\n{% for p in 3 %}{% endfor %}", &["iterating on anything but a variable", REMEDY]),
    ]
}

fn inheritance() -> Vec<Case> {
    vec![
        Case {
            files: vec![
                ("templates/vong.html", Some(b"\n{% extends \"quanh.html\" %}")),
                ("templates/quanh.html", Some(b"\n{% extends \"vong.html\" %}")),
            ],
            place: "templates/vong.html:2: ",
            words: &["extends itself", "break the circle"],
        },
        case(
            "templates/con.html",
            "\n{% extends \"khong-co.html\" %}",
            "templates/con.html:2: ",
            &["extends `khong-co.html`, which does not exist", "create it or correct the name"],
        ),
        template("x\n{% include \"chung.html\" %}", &["`chung.html` includes itself"]),
        template("x\n{% include \"khong-co.html\" %}", &["no template of `khong-co.html` exists"]),
        Case {
            files: vec![
                ("templates/con.html", Some(b"{% extends \"mau.html\" %}")),
                ("templates/chung.html", Some(b"x\n{% include \"con.html\" %}")),
            ],
            place: "templates/chung.html:2: ",
            words: &["`con.html` is included but extends another"],
        },
    ]
}

fn evaluation() -> Vec<Case> {
    vec![
        template(
            "x\n{{ page.khong_co }}",
            &[
                "the variable `page.khong_co` does not exist here",
                "correct its name or give it a `default`",
                "while rendering",
            ],
        ),
        template("x\n{% for i in range(end=10000000) %}{% endfor %}", &["`range`: `end` is past 1000000"]),
        template(
            "x\n{% for c in page.path %}{% endfor %}",
            &["iterating the letters of `page.path` is not implemented"],
        ),
        template("x\n{{ page.path + 1 }}", &["`page.path` is not a number"]),
        template("x\n{{ 1 % 0 }}", &["modulo by zero"]),
        template("x\n{{ throw(message=\"dừng\") }}", &["dừng"]),
        template("x\n{{ trans(key=\"khong_co\") }}", &["no translation of `khong_co` in `vi`", "add it"]),
        template(
            "x\n{{ load_data(path=\"../bi-mat.json\") }}",
            &["climbs out of the site", "name a file inside it"],
        ),
        template(
            "x\n{{ load_data(path=\"khong-co.json\") }}",
            &["no file `khong-co.json` in the site", "create it or correct `path`"],
        ),
        template("x\n{{ load_data(url=\"https://x.example/a.json\") }}", &["`url` is not implemented"]),
        template(
            "x\n{{ get_url(path=\"a.css\", cachebust=true) }}",
            &["`cachebust` is not implemented", "leave it out"],
        ),
        template(
            "x\n{{ get_url(path=\"@/khong-co.md\") }}",
            &["no page `content/khong-co.md`", "correct the path"],
        ),
        template(
            "x\n{% set s = get_section(path=\"tin/mot.md\") %}",
            &["`content/tin/mot.md` is a page; use `get_page`"],
        ),
        template("x\n{{ page.path | num_format }}", &["works on whole numbers only"]),
    ]
}

fn folders() -> Vec<Case> {
    const REMEDY: &str = "remove it or build with `--engine zola`";
    vec![
        case(
            "themes/x/theme.toml",
            "",
            "themes/: ",
            &["themes are not implemented", "copy the templates into `templates/`"],
        ),
        case(
            "templates/shortcodes/x.html",
            "",
            "templates/shortcodes/x.html: ",
            &["not implemented", REMEDY],
        ),
        case("templates/anchor-link.html", "", "templates/anchor-link.html: ", &["not implemented", REMEDY]),
        Case {
            files: vec![("config.toml", None)],
            place: "config.toml: ",
            words: &["is missing", "niemyet init"],
        },
        Case {
            files: vec![("content/_index.md", None)],
            place: "content/: ",
            words: &["`content/_index.md` is missing", "create it"],
        },
        Case {
            files: vec![("content/_index.en.md", None)],
            place: "content/: ",
            words: &["`content/_index.en.md` is missing", "create it"],
        },
        Case {
            files: vec![("templates/page.html", None)],
            place: "templates/page.html:1: ",
            words: &["does not exist", "create it"],
        },
        Case {
            files: vec![("content/tin/ba.md", Some(b"+++\n+++\nx\n\xff\n"))],
            place: "content/tin/ba.md:4: ",
            words: &["is not UTF-8 text; save it as UTF-8"],
        },
        Case {
            files: vec![("templates/chung.html", Some(b"x\n\xff"))],
            place: "templates/chung.html:2: ",
            words: &["is not UTF-8 text; save it as UTF-8"],
        },
        Case {
            files: vec![("config.toml", Some(b"base_url = \"https://x.example\"\n\xff"))],
            place: "config.toml:2: ",
            words: &["is not UTF-8 text; save it as UTF-8"],
        },
        case(
            "sass/hong.scss",
            "a {",
            "sass/hong.scss",
            &["the style sheet does not compile", "correct it and build again"],
        ),
    ]
}

fn content() -> Vec<Case> {
    vec![
        case(
            "content/tin/_index.md",
            "+++\ndraft = true\n+++\n",
            "content/tin/_index.md:2: ",
            &["`draft` of a section is not implemented", "mark its pages"],
        ),
        case(
            "content/tin/ba.md",
            "+++\n\n[taxonomies]\ntags = [\"a\"]\n+++\n",
            "content/tin/ba.md:3: ",
            &["taxonomies are not implemented", "list the pages in a section instead"],
        ),
        case("content/tin/ba.md", "---\ntitle: x\n---\n", "content/tin/ba.md:1: ", &["YAML"]),
        case(
            "content/tin/ba.md",
            "+++\n+++\nx\n{{ so(n=1) }}\n",
            "content/tin/ba.md:4: ",
            &["shortcode", "not implemented"],
        ),
        case(
            "content/tin/ba.md",
            "+++\n+++\nx\n{% so() %}x{% end %}\n",
            "content/tin/ba.md:4: ",
            &["shortcode", "not implemented"],
        ),
        case(
            "content/tin/ba.md",
            "+++\n+++\nx\n\n[a](@/khong-co.md)\n",
            "content/tin/ba.md:5: ",
            &["broken link `@/khong-co.md`", "correct the path"],
        ),
        case(
            "content/tin/ba.md",
            "+++\n+++\nx\n\n[a](@/tin/mot.md#khong-co)\n",
            "content/tin/ba.md:5: ",
            &["`@/tin/mot.md#khong-co`", "correct the link"],
        ),
        case(
            "content/tin/mot.md",
            "+++\ntitle = \"Một\"\nweight = \"a\"\n+++\n",
            "content/tin/mot.md:3: ",
            &["correct it"],
        ),
        case(
            "content/tin/mot.md",
            "+++\ntitle = \"Một\"\nla_lung = 1\n+++\n",
            "content/tin/mot.md:3: ",
            &["la_lung"],
        ),
        case("content/tin/mot.md", "không có đầu\n", "content/tin/mot.md:1: ", &["+++"]),
        case(
            "content/tin/mot.md",
            "+++\nweight = 1\ntemplate = \"khong-co.html\"\n+++\n## Đầu\n",
            "templates/khong-co.html:1: ",
            &["does not exist", "create it, or name another in the front matter", "while rendering"],
        ),
    ]
}

fn addresses() -> Vec<Case> {
    const REMEDY: &str = "give one of them another path, slug or alias";
    let climbs: &[&str] = &["outside the site", "correct path, slug or alias"];
    vec![
        case(
            "static/tin/index.html",
            "x",
            "",
            &["content/tin/_index.md", "static/tin/index.html", "both make `tin/index.html`", REMEDY],
        ),
        case("static/chinh.css", "x", "", &[]).and(
            "sass/chinh.scss",
            "a { b: c }",
            &["both make `chinh.css`", "sass", REMEDY],
        ),
        case(
            "content/x.md",
            "+++\npath = \"tin/mot\"\n+++\n",
            "",
            &["content/x.md", "content/tin/mot.md", "both make `tin/mot/index.html`", REMEDY],
        ),
        case(
            "content/x.md",
            "+++\naliases = [\"tin/mot\"]\n+++\n",
            "",
            &["content/x.md", "content/tin/mot.md", "both make `tin/mot/index.html`", REMEDY],
        ),
        case("content/x.md", "+++\naliases = [\"sitemap.xml/../a\"]\n+++\n", "content/x.md: ", climbs),
        case("content/x.md", "+++\naliases = [\"../../a\"]\n+++\n", "content/x.md: ", climbs),
        case("content/x.md", "+++\npath = \"../a\"\n+++\n", "content/x.md: ", climbs),
        case(
            "content/x.md",
            "+++\naliases = [\"robots.txt/a.html\"]\n+++\n",
            "",
            &["`robots.txt`", "content/x.md"],
        ),
        case("static/tin/mot", "x", "", &["`tin/mot`", "static/tin/mot", "content/tin/mot.md"]),
    ]
}

fn settings() -> Vec<Case> {
    vec![
        case(
            "config.toml",
            "base_url = \"https://x.example\"\nla_lung = 1\n",
            "config.toml:2: ",
            &["la_lung"],
        ),
        case(
            "config.toml",
            "base_url = \"https://x.example\"\nbuild_search_index = true\n",
            "config.toml:2: ",
            &["build_search_index", "not implemented"],
        ),
        case(
            "config.toml",
            "base_url = \"https://x.example\"\ntheme = \"x\"\n",
            "config.toml:2: ",
            &["theme", "not implemented"],
        ),
        case("config.toml", "title = \"x\"\n", "config.toml:", &["base_url"]),
        case("config.toml", "base_url = \"x\n", "config.toml:1: ", &["correct it"]),
    ]
}

impl Case {
    /// The case with one more file.
    fn and(mut self, path: &'static str, text: &'static str, words: &'static [&'static str]) -> Self {
        self.files.push((path, Some(text.as_bytes())));
        self.words = words;
        self
    }
}
