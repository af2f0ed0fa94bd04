//! Pictures that make trouble, known by their names.

/// What a worker runs into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It never comes to an end.
    Hangs,
    /// It writes half of the file, and then hangs.
    StopsHalfWay,
    /// It brings its process down.
    Crashes,
    /// It says something that nobody understands.
    Babbles,
}

/// What a picture of this name does to whoever takes it up for the `attempt`th time. `…_once` does it
/// the first time only.
pub fn trouble(name: &str, attempt: u32) -> Option<Trouble> {
    let kind = match name.strip_suffix("_once") {
        Some(_) if attempt > 1 => return None,
        Some(kind) => kind,
        None => name,
    };
    match kind {
        "hangs" => Some(Trouble::Hangs),
        "half" => Some(Trouble::StopsHalfWay),
        "crashes" => Some(Trouble::Crashes),
        "babbles" => Some(Trouble::Babbles),
        _ => None,
    }
}
