"""A session with the Python client; prints what the server answers, one line a step."""

import json
import sys

from influxdb import InfluxDBClient
from influxdb.exceptions import InfluxDBClientError, InfluxDBServerError

PORT = int(sys.argv[1])
USE_GZIP = sys.argv[2] == "gzip"

client = InfluxDBClient("127.0.0.1", PORT, database="app", gzip=USE_GZIP)


def show(name, value):
    print(name, json.dumps(value, ensure_ascii=False, default=str))


def rows(statement, **options):
    show(statement, [[str(key), list(points)] for key, points in client.query(statement, **options).items()])


def error(name, call):
    try:
        show(name, call())
    except (InfluxDBClientError, InfluxDBServerError) as raised:
        show(name, [type(raised).__name__, getattr(raised, "code", None), str(raised)])


client.ping()
client.create_database("app")
client.create_database("other")
show("databases", client.get_list_database())

client.write_points(
    [
        {
            "measurement": "cpu",
            "tags": {"host": "a", "empty": ""},
            "time": "2019-08-17T00:00:00Z",
            "fields": {"f": 0.64, "i": 9007199254740993, "s": "größe \"quoted\"", "b": True},
        },
        {
            "measurement": "cpu",
            "tags": {"host": "b c"},
            "time": "2019-08-17T00:00:00.000000001Z",
            "fields": {"f": -1.5, "i": -9007199254740993, "s": "", "b": False},
        },
        {"measurement": "cpu", "tags": {"host": "a"}, "time": 1566000060000000000, "fields": {"f": 2.0}},
    ]
)
client.write_points(["cpu,host=d f=4 1566000120"], protocol="line", time_precision="s")
client.write_points([{"measurement": "old", "time": -1500000001, "fields": {"f": 1.0}}], time_precision="n")
client.write_points(
    [{"measurement": "m", "time": n, "fields": {"n": n}} for n in range(10)], time_precision="ms", batch_size=3
)

rows("SELECT * FROM cpu")
rows("SELECT * FROM cpu", epoch="ns")
rows("SELECT * FROM cpu", epoch="ms")
rows("SELECT * FROM old", epoch="ns")
# The library can read chunks only as JSON.
json_client = InfluxDBClient("127.0.0.1", PORT, database="app", gzip=USE_GZIP, headers={"Accept": "application/json"})
chunks = json_client.query("SELECT n FROM m", chunked=True, chunk_size=3)
show("chunks", [list(chunk.get_points()) for chunk in chunks])
show("as JSON", list(json_client.query("SELECT * FROM cpu").get_points()))
rows("SELECT mean(f), count(i) FROM cpu GROUP BY host")
rows("SELECT mean(f) FROM cpu WHERE time >= 1566000000s AND time < 1566000180s GROUP BY time(1m) fill(null)", epoch="s")
rows("SELECT f FROM cpu WHERE host = $host", bind_params={"host": "b c"})
rows("SELECT f FROM cpu WHERE f > $limit", bind_params={"limit": 1})
rows("SHOW FIELD KEYS")
rows("SHOW TAG VALUES WITH KEY = host")
show("two", [list(result.get_points()) for result in client.query("SELECT f FROM cpu LIMIT 1; SELECT n FROM m LIMIT 2")])
show("measurements", client.get_list_measurements())
show("series", client.get_list_series())

client.create_retention_policy("week", "7d", "1", database="app", default=False, shard_duration="1d")
client.alter_retention_policy("week", database="app", duration="14d", default=False)
show("policies", client.get_list_retention_policies("app"))
client.drop_retention_policy("week", "app")

error("nonsense", lambda: client.query("NONSENSE"))
error("no such policy", lambda: client.query("SELECT * FROM app.nowhere.cpu"))
error("no such database", lambda: client.write_points(["m v=1"], database="nowhere", protocol="line"))
error("wrong type", lambda: client.write_points(["cpu,host=a f=\"text\" 1566000000000000000"], protocol="line"))
error("no point", lambda: client.write_points(["cpu"], protocol="line"))

client.drop_measurement("m")
client.drop_database("other")
show("left", [client.get_list_measurements(), client.get_list_database()])
