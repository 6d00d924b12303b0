//! The two halves of what an error says: Vietnamese, ` / `, English, as all messages of this program stand.

/// The Vietnamese half and the English one, line by line; what stands in one language, as the words of another program do, is in both.
pub fn halves(said: &str) -> (String, String) {
    let lines = said.lines().map(|line| match line.split_once(" / ") {
        Some((vi, en)) if !vi.is_ascii() => (vi, en),
        _ => (line, line),
    });
    let (vi, en): (Vec<&str>, Vec<&str>) = lines.unzip();
    (vi.join("\n"), en.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::halves;

    #[test]
    fn each_line_is_divided_and_what_is_in_one_language_stays() {
        let said = "templates/a / b.html:3: unknown tag\nHãy sửa tệp rồi dựng lại. / Correct the file and build again";
        let (vi, en) = halves(said);
        assert_eq!(vi, "templates/a / b.html:3: unknown tag\nHãy sửa tệp rồi dựng lại.");
        assert_eq!(en, "templates/a / b.html:3: unknown tag\nCorrect the file and build again");
    }
}
