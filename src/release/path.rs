//! Which paths may stand in a release: relative, `/`-separated, unable to climb out of a folder.

/// Why a path is refused, or `None` if it may stand in a release.
pub fn refusal(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("is empty");
    }
    if path.len() > 4096 {
        return Some("is longer than 4,096 bytes");
    }
    if path.contains(['\\', '\0']) || path.chars().any(char::is_control) {
        return Some("holds a backslash or a control character");
    }
    for component in path.split('/') {
        match component {
            "" => return Some("is absolute, or holds an empty component"),
            "." | ".." => return Some("climbs out of its folder"),
            long if long.len() > 255 => return Some("holds a name longer than 255 bytes"),
            _ => {}
        }
    }
    None
}
