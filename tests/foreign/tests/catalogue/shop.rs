//! The shop: the program as an operator starts it, with a database and settings of its own. PingPong and
//! the model are played by `mingshu sandbox` in another process; Telegram is the counter, and behind it
//! the emulator. The program is killed with SIGKILL where the dice say so.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use super::binary::{Environment, Program, command, free_address, run, written};
use super::counter::{Counter, Hook};
use super::dice::Dice;
use super::patience::{browser, eventually};
use super::post::Post;

const ENCRYPTION_KEY: &str = "foreign:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const UPDATE_SECRET: &str = "told-to-telegram-alone_7";
const OPERATOR: &str = "610000001";
const PATIENCE: Duration = Duration::from_secs(120);

/// Which chance kills the program.
pub(crate) struct Fate {
    pub(crate) seed: u64,
    /// One in so many updates; 0 for never.
    pub(crate) one_in: u64,
}

pub(crate) struct Shop {
    pub(crate) counter: Arc<Counter>,
    pub(crate) post: Post,
    environment: Environment,
    program: Mutex<Option<Program>>,
    world: Child,
    folder: TempDir,
    dice: Dice,
    one_in: u64,
    kills: AtomicU64,
    torn: AtomicU64,
    doomed: AtomicBool,
}

/// When the program dies.
#[derive(Debug, Clone, Copy)]
enum Misfortune {
    /// An update comes, and all that came before is done with.
    Before,
    /// Its receipt was acknowledged.
    After,
    /// It is on its way.
    Meanwhile,
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.world.kill().ok();
        self.world.wait().ok();
    }
}

impl Shop {
    pub(crate) async fn open(fate: &Fate, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (world, mut environment) = play_world(&folder);
        let (counter, telegram) = Counter::open();
        let address = free_address();
        let database = format!("sqlite://{}", folder.path().join("books.db").display());
        let own = [
            ("MINGSHU_TELEGRAM__API_URL", telegram.as_str()),
            ("MINGSHU_TELEGRAM__MODE", "webhook"),
            ("MINGSHU_TELEGRAM__WEBHOOK_SECRET", UPDATE_SECRET),
            ("MINGSHU_TELEGRAM__ADMIN_IDS", OPERATOR),
            ("MINGSHU_TELEGRAM__ALERT_CHAT_ID", OPERATOR),
            ("MINGSHU_STARS__ENABLED", "true"),
            ("MINGSHU_SERVER__BIND", &address),
            ("MINGSHU_DATABASE__URL", &database),
            ("MINGSHU_SECURITY__ENCRYPTION_KEYS", ENCRYPTION_KEY),
            // A dead program's work is taken up again soon.
            ("MINGSHU_WORKER__LEASE_SECONDS", "3"),
            ("MINGSHU_WORKER__SWEEP_SECONDS", "1"),
            // Drawing costs seconds in a program that is not optimised.
            ("MINGSHU_RENDER__ENABLED", "false"),
        ];
        let own =
            own.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        environment.extend(own);
        environment.insert("WEBHOOK_URL".to_owned(), format!("http://{address}"));
        let program = Mutex::new(Some(Program::serve(&environment, folder.path()).await));
        let (dice, kills, torn) = (Dice::new(fate.seed), AtomicU64::new(0), AtomicU64::new(0));
        let (post, one_in, doomed) = (Post::new(), fate.one_in, AtomicBool::new(false));
        Self {
            counter,
            post,
            environment,
            program,
            world,
            folder,
            dice,
            one_in,
            kills,
            torn,
            doomed,
        }
    }

    /// Brings an update to the shop, now and then twice, and always again if the program died over it or
    /// right after. Then the shop gets the time to find out where it stood.
    pub(crate) async fn deliver(&self, update: &Value) {
        let misfortune = self.misfortune();
        if misfortune.is_some() {
            // Died over together, two taps would be one too many: the second would find its question replaced.
            self.comes_to_rest().await;
        }
        match misfortune {
            None => {
                self.hand_in(update).await;
                if self.dice.below(4) == 0 {
                    self.hand_in(update).await;
                }
                return;
            }
            Some(Misfortune::Before) => {
                self.die_and_rise().await;
                return self.hand_in(update).await;
            }
            Some(Misfortune::After) => {
                self.hand_in(update).await;
                self.die_and_rise().await;
            }
            Some(Misfortune::Meanwhile) => {
                let (hook, update) = (self.hook().await, update.clone());
                let flight = tokio::spawn(async move { hand_over(&hook, &update).await });
                self.die_and_rise().await;
                flight.await.unwrap();
            }
        }
        self.torn.fetch_add(1, Ordering::Relaxed);
        self.hand_in(update).await;
        self.comes_to_rest().await;
    }

    /// The same, but whatever dies dies before: a greeting that is told twice greets a known face.
    pub(crate) async fn deliver_whole(&self, update: &Value) {
        if self.misfortune().is_some() {
            self.comes_to_rest().await;
            self.die_and_rise().await;
        }
        self.hand_in(update).await;
    }

    /// The next update is one that the program dies over, unless nothing dies at all.
    pub(crate) fn doom_next(&self) {
        self.doomed.store(self.one_in != 0, Ordering::Relaxed);
    }

    fn misfortune(&self) -> Option<Misfortune> {
        if self.doomed.swap(false, Ordering::Relaxed) {
            return Some(Misfortune::After);
        }
        let kinds = [Misfortune::Before, Misfortune::After, Misfortune::Meanwhile];
        let strikes = self.one_in != 0 && self.dice.below(self.one_in) == 0;
        strikes.then(|| kinds[usize::try_from(self.dice.below(3)).unwrap()])
    }

    /// Until no update waits or is in hand.
    async fn comes_to_rest(&self) {
        let sql = "SELECT COUNT(*) FROM telegram_updates WHERE status IN ('waiting', 'running')";
        let mut books =
            SqliteConnection::connect(&self.environment["MINGSHU_DATABASE__URL"]).await.unwrap();
        let books = tokio::sync::Mutex::new(&mut books);
        eventually("every update is handled", PATIENCE, || async {
            let mut books = books.lock().await;
            let left: i64 = sqlx::query_scalar(sql).fetch_one(&mut **books).await.ok()?;
            (left == 0).then_some(())
        })
        .await;
    }

    /// Until it is taken.
    async fn hand_in(&self, update: &Value) {
        let hook = self.hook().await;
        eventually("the shop takes an update", PATIENCE, || async {
            (hand_over(&hook, update).await == Some(200)).then_some(())
        })
        .await;
    }

    async fn hook(&self) -> Hook {
        eventually("a webhook is set", PATIENCE, || async { self.counter.hook() }).await
    }

    /// SIGKILL, and a new start.
    async fn die_and_rise(&self) {
        let program = self.program.lock().unwrap().take();
        program.expect("the program runs").kill();
        let program = Program::serve(&self.environment, self.folder.path()).await;
        *self.program.lock().unwrap() = Some(program);
        self.kills.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn kills(&self) -> u64 {
        self.kills.load(Ordering::Relaxed)
    }

    /// How often the program died over something that it had begun.
    pub(crate) fn torn(&self) -> u64 {
        self.torn.load(Ordering::Relaxed)
    }

    /// Pays on the cashier's page, as a browser does, which is sent back to the shop.
    pub(crate) async fn pay(&self, page: &str) {
        let answer = browser().post(format!("{page}/pay")).send().await.unwrap();
        assert!(answer.status().is_success(), "{page}: {}", answer.status());
        if self.misfortune().is_some() {
            self.die_and_rise().await;
            self.torn.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// All orders, the newest first.
    pub(crate) fn orders(&self) -> Vec<Value> {
        self.ask(&["orders", "list", "--limit", "200", "--json"]).as_array().cloned().unwrap()
    }

    /// Waits until the books say that an order is completed.
    pub(crate) async fn completes(&self, order_no: &str) {
        eventually(&format!("{order_no} is completed"), PATIENCE, || async {
            (self.ask(&["orders", "show", order_no, "--json"])["status"] == "completed")
                .then_some(())
        })
        .await;
    }

    fn ask(&self, arguments: &[&str]) -> Value {
        let output = run(&self.environment, self.folder.path(), arguments);
        let told = serde_json::from_slice(&output.stdout);
        told.unwrap_or_else(|_no_json| panic!("{arguments:?}: {}", written(&output)))
    }

    /// Stops the program by SIGTERM: a clean end, and books that balance.
    pub(crate) async fn close(self) {
        let program = self.program.lock().unwrap().take().expect("the program runs");
        let status = program.stop().await;
        assert!(status.success(), "the program stopped with {status}");
        let told = self.ask(&["doctor", "money", "--json"]);
        let checks = told["checks"].as_array().unwrap();
        let broken: Vec<&Value> = checks.iter().filter(|check| check["count"] != 0).collect();
        assert!(broken.is_empty(), "the books do not balance: {broken:#?}");
    }
}

/// One try; the status, if there was an answer.
async fn hand_over(hook: &Hook, update: &Value) -> Option<u16> {
    let wish = browser().post(&hook.url).json(update);
    let sent = wish.header("X-Telegram-Bot-Api-Secret-Token", &hook.secret).send().await;
    sent.ok().map(|answer| answer.status().as_u16())
}

/// Starts the played world; gives it with the settings that lead there.
fn play_world(folder: &TempDir) -> (Child, Environment) {
    let mut world = command(&Environment::new(), folder.path())
        .args(["sandbox", "--json", "--port", "0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut told = BufReader::new(world.stdout.take().unwrap());
    told.read_line(&mut line).unwrap();
    // Whoever listens no more would stop who still tells.
    std::thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()));
    (world, serde_json::from_str(&line).unwrap())
}
