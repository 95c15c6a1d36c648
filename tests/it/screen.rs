//! A real terminal for the program, by tmux; where there is no tmux, what needs it is not tried.

use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::harness::Bench;

/// What is not on the screen by then never comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The terminals so far.
static SERVERS: AtomicUsize = AtomicUsize::new(0);

/// A terminal in which a shell line runs, with the program as `contacts`.
pub struct Screen<'b> {
    bench: &'b Bench,
    socket: String,
}

impl<'b> Screen<'b> {
    /// Runs `line` on a terminal of so many cells; `None` where there is no tmux.
    pub fn open(bench: &'b Bench, (width, height): (u16, u16), line: &str) -> Option<Self> {
        let bin = bench.path("bin");
        if std::fs::create_dir(&bin).is_ok() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_contacts"), bin.join("contacts")).unwrap();
        }
        let home = bench.home().display();
        // Says how the line ended, and keeps the screen.
        let script = format!(
            "cd '{home}'; PATH='{home}/bin:/usr/bin:/bin' HOME='{home}' XDG_CONFIG_HOME='{home}/.config'; export PATH HOME \
             XDG_CONFIG_HOME\n{line}\necho \"[exit $?]\"; exec sleep 60\n"
        );
        std::fs::write(bench.path("line.sh"), script).unwrap();
        // A server that is just ending would still hold the last one's.
        let number = SERVERS.fetch_add(1, Ordering::Relaxed);
        let screen = Self { bench, socket: format!("tmux{number}") };
        let shell = format!("exec env -i TERM=xterm-256color LC_ALL=C.UTF-8 sh '{home}/line.sh'");
        let (width, height) = (width.to_string(), height.to_string());
        let begun =
            screen.tmux(&["-f", "/dev/null", "-u", "new-session", "-d", "-x", &width, "-y", &height, &shell]).ok()?;
        assert!(begun.status.success(), "{begun:?}");
        Some(screen)
    }

    fn tmux(&self, arguments: &[&str]) -> std::io::Result<Output> {
        let mut command = Command::new("tmux");
        command
            .arg("-S")
            .arg(self.bench.path(&self.socket))
            .args(arguments)
            .env_remove("TMUX")
            .env("LC_ALL", "C.UTF-8");
        command.output()
    }

    /// Types text as it is.
    pub fn types(&self, text: &str) -> &Self {
        assert!(self.tmux(&["send-keys", "-l", "--", text]).unwrap().status.success());
        self
    }

    /// Presses a key, as `Enter` or `C-c`.
    pub fn presses(&self, key: &str) -> &Self {
        assert!(self.tmux(&["send-keys", key]).unwrap().status.success());
        self
    }

    /// What is on the screen and above it, without colours.
    pub fn text(&self) -> String {
        String::from_utf8(self.tmux(&["capture-pane", "-p", "-J", "-S", "-"]).unwrap().stdout).unwrap()
    }

    /// The same with the sequences that paint it.
    pub fn painted(&self) -> String {
        String::from_utf8(self.tmux(&["capture-pane", "-p", "-e", "-S", "-"]).unwrap().stdout).unwrap()
    }

    /// Waits until the screen shows `text`, and returns the screen.
    #[track_caller]
    pub fn shows(&self, text: &str) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.text();
            if screen.contains(text) {
                return screen;
            }
            assert!(begun.elapsed() < PATIENCE, "`{text}` does not come:\n{screen}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for the line to end so, and returns the screen.
    #[track_caller]
    pub fn ends(&self, code: i32) -> String {
        let screen = self.shows("[exit ");
        assert!(screen.contains(&format!("[exit {code}]")), "{screen}");
        screen
    }
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]);
    }
}
