//! The worker's side: jobs come in on standard input, replies go out on standard output.

use std::{
    fs,
    io::{self, BufRead, Write},
    process,
    sync::mpsc,
    thread,
};

use crate::{
    protocol::{Job, Reply},
    thumbnail::thumbnail,
    trouble::{Trouble, trouble},
};

/// Does one job after the other. When standard input ends, the process ends at once, with exit code
/// 0, also in the midst of a job: nobody is left who would hear of it.
///
/// # Errors
///
/// If it is asked what it does not understand, or if its replies cannot be written.
pub fn serve(work: impl Fn(&Job) -> Reply) -> io::Result<()> {
    let (line, lines) = mpsc::channel();
    thread::spawn(move || {
        for read in io::stdin().lock().lines() {
            // Fails if the other thread has given up, and then the process ends, too.
            let _ = line.send(read);
        }
        process::exit(0);
    });
    for line in lines {
        let reply = work(&serde_json::from_str(&line?)?);
        let mut stdout = io::stdout().lock();
        serde_json::to_writer(&mut stdout, &reply)?;
        writeln!(stdout)?;
    }
    Ok(())
}

/// Makes a thumbnail, or runs into what the picture has in store.
pub fn make(job: &Job) -> Reply {
    let name = job.picture.file_stem().unwrap_or_default();
    match trouble(&name.to_string_lossy(), job.attempt) {
        None => {}
        Some(Trouble::Hangs) => hang(),
        Some(Trouble::StopsHalfWay) => {
            let _ = fs::write(&job.part, "half a thumb");
            hang();
        }
        Some(Trouble::Crashes) => process::abort(),
        Some(Trouble::Babbles) => println!("One moment, please!"),
    }
    match thumbnail(&job.picture, &job.part) {
        Ok((width, height)) => Reply::Done { width, height },
        Err(error) => Reply::Bad(error.to_string()),
    }
}

fn hang() -> ! {
    loop {
        thread::park();
    }
}
