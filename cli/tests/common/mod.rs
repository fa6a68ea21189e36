//! Runs the built binary and holds every line it prints to `cli/contract.json`.

#![allow(dead_code, reason = "each test file uses its own part")]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Longest wait for any single thing.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The binary under test, without anything of the tester's own environment that it listens to.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dayfly"));
    command.args(args);
    // Tests stay on loopback.
    if matches!(args.first(), Some(&("open" | "join"))) && !args.contains(&"--lan") {
        command.arg("--no-lan");
    }
    command.env_remove("DAYFLY_PASSWORD").env_remove("NO_COLOR");
    command
}

/// The contract, with a field that it does not list counting as a breach: the program under test
/// is of the contract's own version.
pub fn contract() -> jsonschema::Validator {
    let mut schema: Value =
        serde_json::from_str(include_str!("../../contract.json")).expect("the contract is JSON");
    close(&mut schema);
    jsonschema::draft202012::new(&schema).expect("the contract is a schema")
}

/// The part of the contract that describes commands.
fn commands() -> jsonschema::Validator {
    let mut schema: Value =
        serde_json::from_str(include_str!("../../contract.json")).expect("the contract is JSON");
    let object = schema.as_object_mut().expect("the contract is an object");
    object.remove("oneOf");
    object.insert("$ref".into(), json!("#/$defs/command"));
    jsonschema::draft202012::new(&schema).expect("the contract is a schema")
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            let is_object = object.get("type") == Some(&json!("object"));
            object.values_mut().for_each(close);
            if is_object {
                object.insert("additionalProperties".into(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// A running `dayfly … --json`.
pub struct Dayfly {
    pub child: Child,
    pub stdin: Option<ChildStdin>,
    rows: Receiver<String>,
    contract: jsonschema::Validator,
    commands: jsonschema::Validator,
    /// Every row so far.
    pub seen: Vec<Value>,
    next_ref: u32,
}

impl Drop for Dayfly {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Dayfly {
    /// Sends the process a signal, by its name without `SIG`.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Starts it with `--json` added.
    pub fn start(args: &[&str]) -> Self {
        Self::spawn(command(args).arg("--json"))
    }

    /// Starts a command that already speaks JSON.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().expect("stdout is piped");
        let (sink, rows) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sink.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            stdin,
            rows,
            contract: contract(),
            commands: commands(),
            seen: Vec::new(),
            next_ref: 0,
        }
    }

    /// Opens a local room; returns it with its link.
    pub fn open(args: &[&str]) -> (Self, String) {
        let mut all = vec!["open", "--web", "--local"];
        all.extend(args);
        let mut dayfly = Self::start(&all);
        let link = dayfly.event("ready")["link"].as_str().expect("a link").to_owned();
        (dayfly, link)
    }

    /// Opens a local native room; returns it with its link.
    pub fn open_native(args: &[&str]) -> (Self, String) {
        let mut all = vec!["open", "--local"];
        all.extend(args);
        let mut dayfly = Self::start(&all);
        let ready = dayfly.event("ready");
        assert_eq!(ready["kind"], "native", "{ready}");
        (dayfly, ready["link"].as_str().expect("a link").to_owned())
    }

    /// A native room with its owner Ada and members of these names, who all met.
    pub fn native_room(names: &[&str]) -> (Vec<Self>, String) {
        let (ada, link) = Self::open_native(&["--name", "Ada"]);
        let mut all = vec![ada];
        for name in names {
            all.push(Self::join(&link, &["--name", name]));
        }
        let known: Vec<&str> = std::iter::once("Ada").chain(names.iter().copied()).collect();
        for (at, one) in all.iter_mut().enumerate() {
            for (of, name) in known.iter().enumerate() {
                if at != of {
                    one.meets(name);
                }
            }
        }
        (all, link)
    }

    /// Joins a local room.
    pub fn join(link: &str, args: &[&str]) -> Self {
        let mut all = vec!["join", link, "--local"];
        all.extend(args);
        let mut dayfly = Self::start(&all);
        dayfly.event("ready");
        dayfly
    }

    /// The next row, checked; `None` once there are no more.
    pub fn row(&mut self) -> Option<Value> {
        self.row_before(Instant::now() + PATIENCE)
    }

    fn row_before(&mut self, deadline: Instant) -> Option<Value> {
        let wait = deadline.saturating_duration_since(Instant::now());
        match self.rows.recv_timeout(wait) {
            Ok(line) => {
                let row: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
                if let Err(error) = self.contract.validate(&row) {
                    panic!("against the contract: {error}\n{line}");
                }
                self.seen.push(row.clone());
                Some(row)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("nothing came in time after {:#?}", self.seen),
        }
    }

    /// The first row from now on that fits.
    pub fn until(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        while let Some(row) = self.row_before(deadline) {
            if fits(&row) {
                return row;
            }
        }
        panic!("ended without {what}: {:#?}", self.seen)
    }

    /// The first row from now on of this event.
    pub fn event(&mut self, name: &str) -> Value {
        self.until(name, |row| row["event"] == name)
    }

    /// Says something and returns its id, once it came back as a message of one's own.
    pub fn says(&mut self, command: Value) -> String {
        let id = self.does(command)["id"].as_str().expect("an id").to_owned();
        let own = self.until("the echo", |row| {
            row["event"] == "message" && row["id"] == json!(id)
        });
        assert_eq!(own["mine"], true, "{own}");
        id
    }

    /// Waits for the message with this text.
    pub fn hears(&mut self, text: &str) -> Value {
        self.until(text, |row| {
            row["event"] == "message" && row["text"] == json!(text)
        })
    }

    /// Waits for a change of the message with this id.
    pub fn sees_change(&mut self, id: &str) -> Value {
        self.until("a change", |row| {
            row["event"] == "message_changed" && row["id"] == json!(id)
        })
    }

    /// The id under which this one knows a member.
    pub fn id_of(&mut self, name: &str) -> String {
        self.meets(name)["id"].as_str().expect("an id").to_owned()
    }

    /// Waits for a comparison to come this far.
    pub fn verification(&mut self, state: &str) -> Value {
        self.until(state, |row| {
            row["event"] == "verification" && row["state"] == json!(state)
        })
    }

    /// Waits for the end that the owner made; returns the exit code.
    pub fn ended(&mut self, event: &str, reason: &str) -> i32 {
        self.event(event);
        assert_eq!(self.event("left")["reason"], json!(reason));
        assert_eq!(self.row(), None, "nothing follows left");
        self.exit_code()
    }

    /// Waits until a member of this name is here; returns its row.
    pub fn meets(&mut self, name: &str) -> Value {
        let here = |member: &Value| member["name"] == name && member["state"] == "here";
        if let Some(row) = self.seen.iter().rev().find(|row| here(&row["member"])) {
            return row["member"].clone();
        }
        self.until(name, |row| here(&row["member"]))["member"].clone()
    }

    /// Writes one line as it stands.
    pub fn line(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        stdin.write_all(bytes).expect("stdin takes a line");
        stdin.write_all(b"\n").expect("stdin takes a line");
        stdin.flush().expect("stdin takes a line");
    }

    /// Sends a command and returns its answer.
    pub fn ask(&mut self, mut command: Value) -> Value {
        self.next_ref += 1;
        let mark = format!("r{}", self.next_ref);
        command["ref"] = json!(mark);
        self.line(command.to_string().as_bytes());
        self.until("an answer", |row| {
            row["ref"] == json!(mark) && (row["event"] == "ok" || row["event"] == "error")
        })
    }

    /// The same, for one that must succeed.
    pub fn does(&mut self, command: Value) -> Value {
        assert!(
            self.commands.is_valid(&command),
            "against the contract: {command}"
        );
        let answer = self.ask(command);
        assert_eq!(answer["event"], "ok", "{answer}");
        answer
    }

    /// Leaves, and returns the exit code.
    pub fn leave(mut self) -> i32 {
        self.does(json!({"cmd": "leave"}));
        let left = self.event("left");
        assert_eq!(left["reason"], "left");
        assert_eq!(self.row(), None, "nothing follows left");
        self.exit_code()
    }

    /// Waits for the end.
    pub fn exit_code(&mut self) -> i32 {
        self.wait().code().expect("no signal ended it")
    }

    fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("the child is ours") {
                return status;
            }
            assert!(Instant::now() < deadline, "it did not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Runs to the end and returns exit code, standard output and standard error.
pub fn run(command: &mut Command) -> (i32, String, String) {
    let out = command.stdin(Stdio::null()).output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    (
        out.status.code().expect("no signal ended it"),
        text(out.stdout),
        text(out.stderr),
    )
}
