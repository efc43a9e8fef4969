"""The operator as a process: watches from the start, works while it leads, and leaves in order."""

import asyncio
import logging
import os
import signal
import socket
import uuid

import aiohttp
import kopf

from superzol_operator.access import Access, pod_namespace
from superzol_operator.acts import Acts
from superzol_operator.census import Census, Limits
from superzol_operator.cluster import Cluster
from superzol_operator.events import Recorder
from superzol_operator.handlers import Callbacks, kopf_registry, kopf_settings
from superzol_operator.health import Health, HealthLimits
from superzol_operator.jobs import JobDefaults
from superzol_operator.lease import Lease, LeaseTerms
from superzol_operator.metrics import Gauges, Metrics, serve_metrics
from superzol_operator.queue import WorkQueue
from superzol_operator.reconcile import Reconciler, Surroundings
from superzol_operator.settings import Settings
from superzol_operator.work import Work

log = logging.getLogger(__name__)

LEAVE_SECONDS = 5.0


class WatchEnded(Exception):
    """A watch failed in a way that only a new start heals."""


class Operator:
    """Everything that runs in the process."""

    def __init__(self, settings: Settings, access: Access) -> None:
        self._settings = settings
        self._access = access
        self._stop = asyncio.Event()
        self.metrics = Metrics()
        timeout = aiohttp.ClientTimeout(
            total=settings.request_timeout_seconds, sock_connect=settings.connect_timeout_seconds
        )
        self._cluster = Cluster(access, timeout, self.metrics.count_request)
        self._lease = Lease(self._cluster, lease_terms(settings))
        self._queue = WorkQueue(settings.backoff_seconds)
        self._census = Census(
            Limits(settings.max_active_runs, settings.max_active_runs_in_namespace)
        )
        self._recorder = Recorder(self._cluster, is_busy=lambda: self._queue.depth > 0)
        self._health = Health(health_limits(settings), lambda: self._queue.oldest_seconds)
        defaults = JobDefaults(settings.image, settings.service_account_names[0])
        acts = Acts(self._cluster, self._recorder, defaults, settings.service_account_names)
        around = Surroundings(self._cluster, self._queue, self._census, acts, self.metrics)
        self._work = Work(
            settings,
            around,
            Reconciler(around, settings.progress_seconds, settings.crash_at),
            self._health,
        )
        self.metrics.tell(self._gauges())

    def stop(self) -> None:
        """Lets run() end in order."""
        self._stop.set()

    async def run(self) -> None:
        """Runs until stop(), SIGTERM or Ctrl-C; raises what ends it otherwise."""
        server = await serve_metrics(self.metrics.registry, self._settings.metrics_port)
        lag = asyncio.create_task(self._health.measure_lag())
        lead = asyncio.create_task(self._lead())
        stopped = asyncio.create_task(self._stop.wait())
        flag = asyncio.Event()
        watch = asyncio.create_task(self._watch(flag))
        try:
            await asyncio.wait({lead, stopped, watch}, return_when=asyncio.FIRST_COMPLETED)
            log.info("operator stops")
        finally:
            await self._leave(lead)
            flag.set()
            await asyncio.wait({watch}, timeout=LEAVE_SECONDS)
            for task in (lag, stopped, watch):
                task.cancel()
            await server.cleanup()
            await self._cluster.close()
        for task in (lead, watch):
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _lead(self) -> None:
        """Waits for the Lease, then works while it is ours."""
        if not self._settings.leader_election:
            await self._work.run()
            return
        await self._lease.acquire()
        self._cluster.guarded = self._lease.check
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._lease.keep(self._work.regain))
            tasks.create_task(self._work.run())

    async def _leave(self, lead: asyncio.Task[None]) -> None:
        """Ends the looks under way, then leaves the Lease: nobody else works before."""
        if not lead.done():
            await self._work.stop()
            lead.cancel()
            await asyncio.wait({lead})
        await self._lease.release()

    async def _watch(self, flag: asyncio.Event) -> None:
        callbacks = Callbacks(
            resource_seen=self._work.see,
            gone=self._work.wake,
            wake=self._work.wake,
            heard=self.metrics.watch.heard,
            complaint=self._health.complaint,
        )
        ours = asyncio.all_tasks()
        try:
            watches = await kopf.spawn_tasks(
                registry=kopf_registry(self._access, callbacks),
                settings=kopf_settings(self._settings),
                clusterwide=self._settings.cluster_wide,
                namespaces=self._settings.namespaces,
                liveness_endpoint=f"http://0.0.0.0:{self._settings.probe_port}/healthz",
                stop_flag=flag,
            )
            # Kopf would stop its watches first, and keep the Lease for as long as that takes
            self._take_signals()
            await kopf.run_tasks(watches, ignored=ours)
        except Exception as error:
            raise WatchEnded(f"a watch ended: {error or type(error).__name__}") from error

    def _take_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)

    def _gauges(self) -> Gauges:
        return Gauges(
            queue_depth=lambda: self._queue.depth,
            queue_oldest_seconds=lambda: self._queue.oldest_seconds,
            active_runs=lambda: self._census.active_runs,
            queued_runs=lambda: self._census.waiting_runs,
            is_leader=self._leads,
        )

    def _leads(self) -> bool:
        """It works and may write; cut off from the API server it stays, but does neither."""
        return self._work.is_running and (not self._settings.leader_election or self._lease.is_held)


def lease_terms(settings: Settings) -> LeaseTerms:
    """The Lease that the settings name, asked for by this process alone."""
    first = settings.namespaces[0] if settings.namespaces else "default"
    return LeaseTerms(
        namespace=settings.lease_namespace or pod_namespace() or first,
        name=settings.lease_name,
        holder=f"{os.environ.get('HOSTNAME') or socket.gethostname()}_{uuid.uuid4().hex[:8]}",
        lease_seconds=settings.lease_seconds,
        renew_deadline_seconds=settings.lease_renew_deadline_seconds,
        retry_seconds=settings.lease_retry_seconds,
    )


def health_limits(settings: Settings) -> HealthLimits:
    """The limits that the settings name."""
    return HealthLimits(
        stuck_seconds=settings.stuck_seconds,
        resync_seconds=settings.stale_resyncs * settings.resync_seconds,
        lag_seconds=settings.lag_seconds,
    )
