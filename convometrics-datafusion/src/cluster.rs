//! The same functions on a [Ballista](https://datafusion.apache.org/ballista/) cluster.
//!
//! Schedulers, executors and clients are separate processes. Plans name the functions, so each process must know them.
//! [`Scheduler`] and [`Executor`] run the first two until they are stopped. [`Client`] creates sessions on which SQL and
//! [`plan`] work as on any other. The binary `convometrics-cluster` is a command line for these three. All must be of the
//! same version, and see the files under the same path.
//!
//! ```no_run
//! use convometrics::{Options, Period, Query};
//! use convometrics_datafusion::cluster::Client;
//! use convometrics_datafusion::plan;
//! use datafusion::prelude::ParquetReadOptions;
//!
//! # async fn ask() -> Result<(), Box<dyn std::error::Error>> {
//! let period = Period::from_dates("2026-03-01".parse()?, "2026-03-31".parse()?, &"Europe/Paris".parse()?)?;
//! let options = Options::new().with_as_of(period.end())?;
//! let query = Query::new(period).with_options(options);
//! let client = Client::new("127.0.0.1:50050".parse()?);
//! let report = client
//!     .run(async |session| {
//!         let events = session.read_parquet("/data/events/", ParquetReadOptions::default()).await?;
//!         plan::report(events, &query, 256).await
//!     })
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! # When an executor dies
//!
//! | when | what happens |
//! | --- | --- |
//! | while it works, or its results are still needed | the scheduler notices it after four heartbeats, and other executors repeat its tasks, also those whose results are lost with it |
//! | while the last results are fetched | the client gets an error or no answer, and [`Client::run`] tries again |
//!
//! Work that is done twice counts once: a task's events are those of its files, and the report has the same bytes.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use ballista::extension::{SessionConfigExt, SessionContextExt};
use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::utils::default_session_builder;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::arrow::BatchError;
#[cfg(doc)]
use crate::plan;
use crate::{functions, register};

/// The limit of one message: the packed events of one shard in one file, or a report.
const MESSAGE_BYTES: u32 = 1 << 30;
/// Executors ask for tasks. (If the scheduler assigns them and an executor is lost, it does not free the slots of the
/// tasks that it resets, and the next jobs wait forever.)
const POLICY: TaskSchedulingPolicy = TaskSchedulingPolicy::PullStaged;
/// The number of missed heartbeats after which an executor counts as dead.
const MISSED_HEARTBEATS: u32 = 4;
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The address of a process: a host, by name or IP address, and a port.
///
/// ```
/// use convometrics_datafusion::cluster::Address;
///
/// let address: Address = "scheduler.internal:50050".parse()?;
/// assert_eq!(address.to_string(), "scheduler.internal:50050");
/// let error = "scheduler.internal".parse::<Address>().unwrap_err();
/// assert_eq!(error.to_string(), "\"scheduler.internal\" is not an address; allowed: host:port");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    host: String,
    port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self {
            host: address.ip().to_string(),
            port: address.port(),
        }
    }
}

/// A text that is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not an address; allowed: host:port")]
pub struct AddressError {
    found: String,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let parts = text
            .rsplit_once(':')
            .filter(|(host, _)| !host.is_empty())
            .and_then(|(host, port)| Some((host, port.parse().ok()?)));
        match parts {
            Some((host, port)) => Ok(Self {
                host: host.to_owned(),
                port,
            }),
            None => Err(AddressError {
                found: text.to_owned(),
            }),
        }
    }
}

/// A scheduler, which splits plans into tasks and gives them to executors.
#[derive(Debug, Clone)]
#[must_use]
pub struct Scheduler {
    listen: SocketAddr,
    host: String,
    heartbeat: Duration,
}

impl Scheduler {
    /// Creates a scheduler that listens on this address.
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            host: listen.ip().to_string(),
            heartbeat: HEARTBEAT,
        }
    }

    /// Sets the name or address under which others reach it, if it is not the one that it listens on.
    pub fn with_host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// Sets the interval between heartbeats of an executor; 15 seconds by default. An executor counts as dead after
    /// four intervals without a heartbeat.
    pub fn with_heartbeat(mut self, heartbeat: Duration) -> Self {
        self.heartbeat = heartbeat;
        self
    }

    /// Runs the scheduler until it fails or the future is dropped.
    ///
    /// # Errors
    /// If it cannot listen, or fails.
    pub async fn run(self) -> Result<()> {
        let heartbeat = whole_seconds(self.heartbeat);
        let dead_after = heartbeat * u64::from(MISSED_HEARTBEATS);
        let config = SchedulerConfig {
            bind_host: self.listen.ip().to_string(),
            external_host: self.host,
            bind_port: self.listen.port(),
            executor_timeout_seconds: dead_after,
            expire_dead_executor_interval_seconds: heartbeat,
            no_executors_grace_period_seconds: dead_after,
            scheduling_policy: POLICY,
            grpc_server_max_decoding_message_size: MESSAGE_BYTES,
            grpc_server_max_encoding_message_size: MESSAGE_BYTES,
            grpc_client_max_message_size: MESSAGE_BYTES,
            override_session_builder: Some(Arc::new(|config| {
                let mut state = default_session_builder(config)?;
                register(&mut state)?;
                Ok(state)
            })),
            ..SchedulerConfig::default()
        };
        let cluster = BallistaCluster::new_from_config(&config)
            .await
            .map_err(external)?;
        start_server(cluster, self.listen, Arc::new(config))
            .await
            .map_err(external)
    }
}

/// An executor, which runs tasks and stores their results for later tasks.
#[derive(Debug, Clone)]
#[must_use]
pub struct Executor {
    listen: SocketAddr,
    host: Option<String>,
    scheduler: Address,
    tasks: usize,
    memory: Option<u64>,
    folder: Option<PathBuf>,
    heartbeat: Duration,
}

impl Executor {
    /// Creates an executor of a scheduler. Results are fetched from the port on which it listens, tasks arrive at the next
    /// port.
    pub fn new(listen: SocketAddr, scheduler: Address) -> Self {
        Self {
            listen,
            host: None,
            scheduler,
            tasks: std::thread::available_parallelism().map_or(1, Into::into),
            memory: None,
            folder: None,
            heartbeat: HEARTBEAT,
        }
    }

    /// Sets the name or address under which others reach it, if it is not the one that it listens on.
    pub fn with_host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// Sets how many tasks run at a time, at least one; the number of cores by default.
    pub fn with_tasks(mut self, tasks: usize) -> Self {
        self.tasks = tasks.max(1);
        self
    }

    /// Sets the memory for the tasks, in bytes, shared in equal parts. A task that runs out of memory writes shards to
    /// disk. The default is most of the machine's memory.
    pub fn with_memory(mut self, bytes: u64) -> Self {
        self.memory = Some(bytes);
        self
    }

    /// Sets the folder for results that later tasks read; a temporary folder by default.
    pub fn with_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Sets the interval between heartbeats; see [`Scheduler::with_heartbeat`].
    pub fn with_heartbeat(mut self, heartbeat: Duration) -> Self {
        self.heartbeat = heartbeat;
        self
    }

    /// Runs the executor until it fails or the process gets a signal to end. It then leaves the scheduler and removes its
    /// results.
    ///
    /// # Errors
    /// If it cannot listen, reach the scheduler or use the folder, or fails.
    pub async fn run(self) -> Result<()> {
        // A temporary folder is removed at the end.
        let (folder, _temporary) = if let Some(folder) = self.folder {
            std::fs::create_dir_all(&folder)?;
            (folder, None)
        } else {
            let temporary = tempfile::tempdir()?;
            (temporary.path().to_owned(), Some(temporary))
        };
        let Some(folder) = folder.to_str() else {
            return Err(exec_datafusion_err!(
                "the folder {} is not UTF-8",
                folder.display()
            ));
        };
        let grpc_port = self.listen.port().checked_add(1).ok_or_else(|| {
            exec_datafusion_err!(
                "an executor listens on its port and the next, and there is none after 65535"
            )
        })?;
        let bind_host = self.listen.ip().to_string();
        let config = ExecutorProcessConfig {
            external_host: Some(self.host.unwrap_or_else(|| bind_host.clone())),
            bind_host,
            scheduler_host: self.scheduler.host,
            scheduler_port: self.scheduler.port,
            scheduler_connect_timeout_seconds: 60,
            port: self.listen.port(),
            grpc_port,
            vcores: self.tasks,
            task_scheduling_policy: POLICY,
            memory_pool_size: self.memory,
            work_dir: Some(folder.to_owned()),
            // Results of jobs that the scheduler does not know.
            job_data_ttl_seconds: 24 * 60 * 60,
            job_data_clean_up_interval_seconds: 60 * 60,
            executor_heartbeat_interval_seconds: whole_seconds(self.heartbeat),
            grpc_max_decoding_message_size: MESSAGE_BYTES,
            grpc_max_encoding_message_size: MESSAGE_BYTES,
            override_function_registry: Some(Arc::new(functions_by_name())),
            ..ExecutorProcessConfig::default()
        };
        start_executor_process(Arc::new(config))
            .await
            .map_err(external)
    }
}

fn functions_by_name() -> BallistaFunctionRegistry {
    let mut registry = BallistaFunctionRegistry::default();
    for function in functions::aggregate_functions() {
        let name = function.name().to_owned();
        registry.aggregate_functions.insert(name, function);
    }
    for function in functions::scalar_functions() {
        let name = function.name().to_owned();
        registry.scalar_functions.insert(name, function);
    }
    registry
}

/// A client of a cluster.
#[derive(Debug, Clone)]
#[must_use]
pub struct Client {
    scheduler: Address,
    partitions: usize,
    patience: Option<Duration>,
    tries: u32,
}

impl Client {
    /// Creates a client of a scheduler.
    pub fn new(scheduler: Address) -> Self {
        Self {
            scheduler,
            partitions: 16,
            patience: None,
            tries: 3,
        }
    }

    /// Sets into how many tasks each stage of a plan is split; 16 by default. It should be at least the number of tasks
    /// that the executors run at a time. Files of some megabytes and more are read in parts.
    pub fn with_partitions(mut self, partitions: usize) -> Self {
        self.partitions = partitions.max(1);
        self
    }

    /// Sets how long [`run`](Self::run) waits for an answer before it tries again; there is no limit by default.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Sets how many times [`run`](Self::run) tries, at least once; three times by default.
    pub fn with_tries(mut self, tries: u32) -> Self {
        self.tries = tries.max(1);
        self
    }

    /// Creates a session whose plans run on the cluster, with the functions registered.
    ///
    /// # Errors
    /// If the session cannot be created. The scheduler is contacted only when a plan runs.
    pub async fn session(&self) -> Result<SessionContext> {
        let config = SessionConfig::new_with_ballista()
            .with_target_partitions(self.partitions)
            // There are few stages, of known size.
            .set_bool("ballista.planner.adaptive.enabled", false)
            // Polls the state of the job. Notifications would end silently with a lost connection.
            .set_bool("ballista.client.pull", true)
            // Otherwise one executor can get all partitions.
            .set_u64("ballista.scheduler.max_partitions_per_task", 1)
            .set_u64(
                "ballista.client.grpc_max_message_size",
                MESSAGE_BYTES.into(),
            );
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_default_features()
            .build();
        let url = format!("df://{}", self.scheduler);
        let mut session = SessionContext::remote_with_state(&url, state).await?;
        // A remote session starts with the engine's own functions only.
        register(&mut session)?;
        Ok(session)
    }

    /// Runs some work on a [`session`](Self::session), and again on a new one if the cluster failed or did not answer in
    /// time. Work that would fail again, because of a row that is not an event or an invalid plan, is tried once.
    ///
    /// # Errors
    /// The error of the last try.
    pub async fn run<T>(&self, work: impl AsyncFn(SessionContext) -> Result<T>) -> Result<T> {
        let mut tried = 1;
        loop {
            let session = self.session().await?;
            let answer = match self.patience {
                None => work(session).await,
                Some(patience) => match tokio::time::timeout(patience, work(session)).await {
                    Ok(answer) => answer,
                    Err(_) => Err(exec_datafusion_err!(
                        "no answer from {} within {} seconds",
                        self.scheduler,
                        patience.as_secs()
                    )),
                },
            };
            match answer {
                Err(error) if tried < self.tries && !would_fail_again(&error) => {
                    log::warn!("try {tried} of {}: {error}", self.tries);
                    tried += 1;
                }
                answer => return answer,
            }
        }
    }
}

/// Returns whether an error is caused by the query or by the events. Of an executor's error only the text arrives here.
/// The errors of the functions start with the name of the function and a colon.
fn would_fail_again(error: &DataFusionError) -> bool {
    match error.find_root() {
        DataFusionError::Plan(_)
        | DataFusionError::SchemaError(_, _)
        | DataFusionError::NotImplemented(_)
        | DataFusionError::Configuration(_)
        | DataFusionError::SQL(_, _) => true,
        DataFusionError::External(error) if error.is::<BatchError>() => true,
        _ => {
            let text = error.to_string();
            let mut names = functions::names();
            names.any(|name| text.contains(&format!("{name}: ")))
        }
    }
}

fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs().max(1)
}

fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
