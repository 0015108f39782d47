FOREVER = 2**63 - 1
MAX_MESSAGE_BYTES = 4 * 1024 * 1024


def server_properties(port: int, controller_port: int) -> str:
    """Paths are relative to the folder the broker runs in, so that no character of it needs escaping."""
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"BROKER://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"BROKER://127.0.0.1:{port}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "BROKER",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": "log",
        **_ONE_NODE,
        **_MESSAGES,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


_ONE_NODE = {
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
    "auto.create.topics.enable": "false",
    # After a kill, the node waits for its own former session to end before it serves again.
    "broker.session.timeout.ms": 3000,
    "broker.heartbeat.interval.ms": 500,
    "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
}

_MESSAGES = {
    "message.max.bytes": MAX_MESSAGE_BYTES,
    "log.message.timestamp.type": "LogAppendTime",
    # No message is refused for its producer's clock.
    "log.message.timestamp.before.max.ms": FOREVER,
    "log.message.timestamp.after.max.ms": FOREVER,
    # Reading the topics into an empty database must give the same verdicts.
    "log.retention.ms": -1,
}
