//! A Ballista cluster with the functions of convometrics: its scheduler, its executors, and a report on it.
//!
//! ```text
//! convometrics-cluster up [--port 50050] [--executors 2]
//! convometrics-cluster report FOLDER FIRST LAST ZONE [--scheduler 127.0.0.1:50050]
//! ```
//!
//! `up` starts all processes on this machine. On several machines, each runs `scheduler` or `executor`. They log to
//! standard error, filtered by the environment variable `RUST_LOG`.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use clap::{Args, Parser, Subcommand};
use convometrics::chrono::{DateTime, NaiveDate, Utc};
use convometrics::{Options, Period, Query, Zone};
use convometrics_datafusion::cluster::{Address, Client, Executor, Scheduler};
use convometrics_datafusion::plan;
use datafusion::prelude::ParquetReadOptions;
use tokio::process::{Child, Command};

const SCHEDULER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 50_050);

#[derive(Parser)]
#[command(about = "A Ballista cluster with the functions of convometrics")]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Starts a scheduler and executors on this machine, as separate processes, until it gets a signal to end
    Up(Up),
    /// Runs a scheduler
    Scheduler {
        /// The address on which it listens
        #[arg(long, default_value_t = SCHEDULER)]
        listen: SocketAddr,
        /// The name under which others reach it
        #[arg(long)]
        host: Option<String>,
        /// Seconds between heartbeats; an executor that misses four is dead
        #[arg(long, default_value_t = 15)]
        heartbeat: u64,
    },
    /// Runs an executor
    Executor(ExecutorArguments),
    /// Prints the report over the Parquet files of a folder
    Report(ReportArguments),
}

#[derive(Args)]
struct Up {
    /// The scheduler's port; executors use two ports each, starting with the next
    #[arg(long, default_value_t = SCHEDULER.port())]
    port: u16,
    #[arg(long, default_value_t = 2)]
    executors: u16,
    /// Tasks that an executor runs at a time; by default the number of cores
    #[arg(long)]
    tasks: Option<usize>,
    /// Megabytes that an executor's tasks share
    #[arg(long)]
    memory: Option<u64>,
    /// Seconds between heartbeats; an executor that misses four is dead
    #[arg(long, default_value_t = 15)]
    heartbeat: u64,
}

#[derive(Args)]
struct ExecutorArguments {
    /// The address of the scheduler
    #[arg(long, default_value_t = SCHEDULER.into())]
    scheduler: Address,
    /// The address on which it listens; it uses the next port too
    #[arg(long)]
    listen: SocketAddr,
    /// The name under which others reach it
    #[arg(long)]
    host: Option<String>,
    /// Tasks that it runs at a time; by default the number of cores
    #[arg(long)]
    tasks: Option<usize>,
    /// Megabytes that its tasks share; by default most of the machine's
    #[arg(long)]
    memory: Option<u64>,
    /// The folder of results for later tasks
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Seconds between heartbeats, as the scheduler's
    #[arg(long, default_value_t = 15)]
    heartbeat: u64,
}

#[derive(Args)]
struct ReportArguments {
    /// The folder of the files, as all processes see it
    folder: String,
    /// The first day, as 2026-03-01
    first: NaiveDate,
    /// The last day, included
    last: NaiveDate,
    /// An IANA time zone, such as Europe/Paris
    zone: Zone,
    /// "Now", as an instant; by default the end of the period
    #[arg(long)]
    as_of: Option<DateTime<Utc>>,
    /// The address of the scheduler
    #[arg(long, default_value_t = SCHEDULER.into())]
    scheduler: Address,
    /// The number of shards of the visitors
    #[arg(long, default_value_t = 256)]
    shards: u32,
    /// The number of tasks of each stage
    #[arg(long, default_value_t = 16)]
    partitions: usize,
    /// Seconds to wait for an answer before the next try; by default without limit
    #[arg(long)]
    patience: Option<u64>,
    /// The number of tries
    #[arg(long, default_value_t = 3)]
    tries: u32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    match Arguments::parse().role {
        Role::Up(up) => start(&up).await,
        Role::Scheduler {
            listen,
            host,
            heartbeat,
        } => {
            let mut scheduler =
                Scheduler::new(listen).with_heartbeat(Duration::from_secs(heartbeat));
            if let Some(host) = host {
                scheduler = scheduler.with_host(host);
            }
            tokio::select! {
                ended = scheduler.run() => Ok(ended?),
                told = signal_to_end() => Ok(told?),
            }
        }
        Role::Executor(arguments) => Ok(executor(arguments).run().await?),
        Role::Report(arguments) => report(&arguments).await,
    }
}

fn executor(arguments: ExecutorArguments) -> Executor {
    let mut executor = Executor::new(arguments.listen, arguments.scheduler)
        .with_heartbeat(Duration::from_secs(arguments.heartbeat));
    if let Some(host) = arguments.host {
        executor = executor.with_host(host);
    }
    if let Some(tasks) = arguments.tasks {
        executor = executor.with_tasks(tasks);
    }
    if let Some(megabytes) = arguments.memory {
        executor = executor.with_memory(megabytes << 20);
    }
    if let Some(folder) = arguments.folder {
        executor = executor.with_folder(folder);
    }
    executor
}

async fn report(arguments: &ReportArguments) -> Result<(), Box<dyn Error>> {
    let period = Period::from_dates(arguments.first, arguments.last, &arguments.zone)?;
    let options = Options::new().with_as_of(arguments.as_of.unwrap_or(period.end()))?;
    let mut client = Client::new(arguments.scheduler.clone())
        .with_partitions(arguments.partitions)
        .with_tries(arguments.tries);
    if let Some(seconds) = arguments.patience {
        client = client.with_patience(Duration::from_secs(seconds));
    }
    let started = Instant::now();
    let report = client
        .run(async |session| {
            let events = session
                .read_parquet(arguments.folder.as_str(), ParquetReadOptions::default())
                .await?;
            plan::report(
                events,
                &Query::new(period.clone()).with_options(options.clone()),
                arguments.shards,
            )
            .await
        })
        .await?;
    println!("{}", serde_json::to_string(&report)?);
    let events = report.data_quality.events;
    eprintln!(
        "{events} events in {:.2} s",
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Starts the other processes, waits for a signal to end or for the scheduler to end, and stops them.
async fn start(up: &Up) -> Result<(), Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let start =
        |role: &str, port: u16, more: &[(&str, Option<String>)]| -> std::io::Result<Child> {
            let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let mut command = Command::new(&program);
            command
                .args([role, "--listen", &listen.to_string()])
                .args(["--heartbeat", &up.heartbeat.to_string()])
                .stdin(Stdio::null())
                .kill_on_drop(true);
            for (name, value) in more {
                if let Some(value) = value {
                    command.args([name, value.as_str()]);
                }
            }
            command.spawn()
        };
    let last_port = up.port.checked_add(up.executors.saturating_mul(2));
    let last_port = last_port.ok_or("there are not as many ports after the scheduler's")?;
    let mut children = vec![start("scheduler", up.port, &[])?];
    for port in (up.port + 1..last_port).step_by(2) {
        let scheduler = Some(format!("{}:{}", Ipv4Addr::LOCALHOST, up.port));
        let more = [
            ("--scheduler", scheduler),
            ("--tasks", up.tasks.map(|tasks| tasks.to_string())),
            ("--memory", up.memory.map(|megabytes| megabytes.to_string())),
        ];
        children.push(start("executor", port, &more)?);
    }
    println!(
        "a scheduler at 127.0.0.1:{} and {} executors; Ctrl-C ends them",
        up.port, up.executors
    );
    let scheduler = &mut children[0];
    tokio::select! {
        told = signal_to_end() => told?,
        ended = scheduler.wait() => return Err(format!("the scheduler has ended: {}", ended?).into()),
    }
    // The scheduler last, because executors leave it.
    for child in children.iter_mut().rev() {
        end(child).await?;
    }
    Ok(())
}

/// Asks a process to end, and kills it if it does not.
async fn end(child: &mut Child) -> std::io::Result<()> {
    #[cfg(unix)]
    if let Some(process) = child.id() {
        let number = process.to_string();
        Command::new("kill").arg(number).status().await?;
        if tokio::time::timeout(Duration::from_secs(10), child.wait())
            .await
            .is_ok()
        {
            return Ok(());
        }
    }
    child.kill().await
}

/// Waits for Ctrl-C or, on Unix, a signal to terminate.
async fn signal_to_end() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
