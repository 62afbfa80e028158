//! Starts Surfpool and reports its events until it ends.
use std::thread::JoinHandle;

use anyhow::{anyhow, bail, Context, Result};
use crossbeam_channel::{unbounded, Sender};
use surfpool_core::runloops::start_local_surfnet_runloop;
use surfpool_core::surfnet::{
    locker::SurfnetSvmLocker,
    svm::{SurfnetSvm, SurfnetSvmConfig},
};
use surfpool_types::{RpcConfig, SimnetCommand, SimnetConfig, SimnetEvent, SurfpoolConfig, SvmFeatureConfig};

use crate::arguments::Arguments;
use crate::programs::Accounts;

const LAMPORTS_PER_SOL: u64 = 1_000_000_000;

/// Runs the validator with `accounts` there from the start. Returns when it has shut down.
pub fn run(arguments: &Arguments, accounts: Accounts) -> Result<()> {
    let simnet = simnet_config(arguments, accounts);
    let (svm, events, geyser) = SurfnetSvm::new(SurfnetSvmConfig {
        surfnet_id: simnet.surfnet_id.clone(),
        feature_config: features(arguments),
        slot_time: simnet.slot_time,
        instruction_profiling_enabled: simnet.instruction_profiling_enabled,
        max_profiles: simnet.max_profiles,
        log_bytes_limit: simnet.log_bytes_limit,
        skip_blockhash_check: simnet.skip_blockhash_check,
    })
    .map_err(|error| anyhow!("can't create the virtual machine: {error}"))?;
    let config = SurfpoolConfig { simnets: vec![simnet], rpc: rpc_config(arguments), ..Default::default() };

    let (commands, command_receiver) = unbounded::<SimnetCommand>();
    let runloop = {
        let commands: Sender<SimnetCommand> = commands.clone();
        let locker = SurfnetSvmLocker::new(svm);
        spawn_named("surfnet", move || {
            let running = start_local_surfnet_runloop(locker, config, commands, command_receiver, geyser);
            hiro_system_kit::nestable_block_on(running).map_err(|error| anyhow!("{error}"))
        })?
    };

    // The channel is unbounded: it is read for as long as the validator lives.
    while let Ok(event) = events.recv() {
        if !report(arguments, event)? {
            break;
        }
    }
    drop(commands);
    runloop.join().map_err(|_| anyhow!("the validator's thread panicked"))?
}

fn spawn_named<F>(name: &str, work: F) -> Result<JoinHandle<Result<()>>>
where
    F: FnOnce() -> Result<()> + Send + 'static,
{
    std::thread::Builder::new()
        .name(name.into())
        .spawn(move || {
            let result = work();
            // The event loop can't see this thread end, so it says so and ends the process itself.
            if let Err(error) = &result {
                eprintln!("error: {error:#}");
                std::process::exit(1);
            }
            result
        })
        .context("can't start the validator's thread")
}

/// Prints what is worth printing. `false` when the validator has shut down.
fn report(arguments: &Arguments, event: SimnetEvent) -> Result<bool> {
    match event {
        SimnetEvent::CoreStarted(_) => {
            let host = arguments.host;
            println!("ready http://{host}:{} ws://{host}:{}", arguments.port, arguments.ws_port());
        }
        SimnetEvent::Aborted(reason) => bail!("the validator gave up: {reason}"),
        SimnetEvent::ErrorLog(_, message) => eprintln!("error: {message}"),
        SimnetEvent::WarnLog(_, message) if !arguments.quiet => eprintln!("warn: {message}"),
        SimnetEvent::InfoLog(_, message) if !arguments.quiet => println!("info: {message}"),
        SimnetEvent::Shutdown => return Ok(false),
        _ => {}
    }
    Ok(true)
}

fn simnet_config(arguments: &Arguments, accounts: Accounts) -> SimnetConfig {
    SimnetConfig {
        offline_mode: true,
        remote_rpc_url: None,
        slot_time: arguments.slot_ms,
        block_production_mode: arguments.mode.into(),
        airdrop_addresses: arguments.airdrop.clone(),
        airdrop_token_amount: arguments.sol.saturating_mul(LAMPORTS_PER_SOL),
        skip_blockhash_check: arguments.skip_blockhash_check,
        instruction_profiling_enabled: false,
        snapshot: accounts,
        ..Default::default()
    }
}

fn rpc_config(arguments: &Arguments) -> RpcConfig {
    RpcConfig {
        bind_host: arguments.host.to_string(),
        bind_port: arguments.port,
        ws_port: arguments.ws_port(),
        ..Default::default()
    }
}

fn features(arguments: &Arguments) -> SvmFeatureConfig {
    let enabled = arguments.feature.iter().fold(SvmFeatureConfig::default(), |all, one| all.enable(*one));
    arguments.disable_feature.iter().fold(enabled, |all, one| all.disable(*one))
}
