#![allow(warnings, clippy::all, clippy::pedantic, reason = "readers' solutions")]

workbook_kept::solutions_of!("14_executor");
