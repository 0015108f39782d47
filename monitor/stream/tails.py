from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream.consuming import consuming, partitions, read_to


def sent_lately(settings: Settings, topic: Topic, look_back: int) -> set[str]:
    """The header `id` of the last messages of each partition, also of what others put there. Raises BrokerAway."""
    # Checksums would be most of the time, in Python; nothing but the ids is used.
    with consuming(settings, "monitor-relay", check_crcs=False) as consumer:
        places = partitions(consumer, settings, topic)
        begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        consumer.assign(places)
        for place in places:
            consumer.seek(place, max(begins[place], ends[place] - look_back))
        headers = (header for record in read_to(consumer, ends) for header in record.headers or ())
        return {(value or b"").decode(errors="replace") for name, value in headers if name == "id"}
