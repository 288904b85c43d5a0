//! What the built-in catalogue says, in the languages of the pages. There it is in English, for programmers; here it
//! speaks to the owner. What a deployer adds to the catalogue, in whatever language, stays as he wrote it.

use crate::Language;

/// A text of the catalogue in the person's language, or as it is.
pub(crate) fn translated(text: &str, language: Language) -> &str {
    known(text, language).unwrap_or(text)
}

/// A text of the built-in catalogue.
pub(super) fn known(text: &str, language: Language) -> Option<&'static str> {
    let (_, [en, nl, de, fr]) = TABLE.iter().find(|(known, _)| *known == text)?;
    Some(match language {
        Language::En => en,
        Language::Nl => nl,
        Language::De => de,
        Language::Fr => fr,
    })
}

/// As the catalogue has it; in English, Dutch, German and French.
pub(super) const TABLE: &[(&str, [&str; 4])] = &[
    // Titles.
    (
        "VIN",
        [
            "Vehicle identification number (VIN)",
            "Chassisnummer (VIN)",
            "Fahrgestellnummer (FIN)",
            "Numéro de châssis (VIN)",
        ],
    ),
    ("Model", ["Model", "Model", "Modell", "Modèle"]),
    ("E-mail", ["E-mail address", "E-mailadres", "E-Mail-Adresse", "Adresse e-mail"]),
    ("Serial number", ["Serial number", "Serienummer", "Seriennummer", "Numéro de série"]),
    ("Peak power (kW)", ["Peak power (kW)", "Piekvermogen (kW)", "Spitzenleistung (kW)", "Puissance de crête (kW)"]),
    ("Metering point", ["Metering point", "Aansluiting (EAN-code)", "Zählpunkt", "Point de comptage"]),
    ("Energy", ["Energy", "Energie", "Energie", "Énergie"]),
    ("Code of the dongle", ["Code of the dongle", "Code van de dongle", "Code des Dongles", "Code du dongle"]),
    (
        "Metering point of the gas",
        ["Metering point of the gas", "Gasaansluiting (EAN-code)", "Zählpunkt des Gases", "Point de comptage du gaz"],
    ),
    ("Capacity (kWh)", ["Capacity (kWh)", "Capaciteit (kWh)", "Kapazität (kWh)", "Capacité (kWh)"]),
    ("Volume (litres)", ["Volume (litres)", "Inhoud (liter)", "Inhalt (Liter)", "Volume (litres)"]),
    ("Power (kW)", ["Power (kW)", "Vermogen (kW)", "Leistung (kW)", "Puissance (kW)"]),
    ("Phases", ["Phases", "Fasen", "Phasen", "Phases"]),
    (
        "Thermal power (kW)",
        ["Thermal power (kW)", "Thermisch vermogen (kW)", "Wärmeleistung (kW)", "Puissance thermique (kW)"],
    ),
    ("Cools, too", ["Does it cool, too?", "Kan hij ook koelen?", "Kühlt sie auch?", "Refroidit-elle aussi\u{a0}?"]),
    // Descriptions.
    (
        "It stands in the registration papers and behind the windscreen.",
        [
            "You find it in the registration papers and behind the windscreen.",
            "U vindt het in de kentekenpapieren en achter de voorruit.",
            "Sie finden sie in den Fahrzeugpapieren und hinter der Windschutzscheibe.",
            "Il se trouve sur les papiers du véhicule et derrière le pare-brise.",
        ],
    ),
    (
        "The e-mail address that the owner signs in with at the manufacturer.",
        [
            "The one that you sign in with at the manufacturer.",
            "Het adres waarmee u bij de fabrikant inlogt.",
            "Die, mit der Sie sich beim Hersteller anmelden.",
            "Celle avec laquelle vous vous identifiez chez le fabricant.",
        ],
    ),
    (
        "That of the inverter: it stands on its type plate.",
        [
            "That of the inverter. You find it on its type plate.",
            "Dat van de omvormer. U vindt het op het typeplaatje.",
            "Die des Wechselrichters. Sie finden sie auf dem Typenschild.",
            "Celui de l’onduleur. Il se trouve sur la plaque signalétique.",
        ],
    ),
    (
        "Its number stands on the energy bill.",
        [
            "You find its number on your energy bill.",
            "U vindt de code op uw energierekening.",
            "Sie finden seine Nummer auf Ihrer Energierechnung.",
            "Vous trouvez son numéro sur votre facture d’énergie.",
        ],
    ),
    (
        "It stands on the dongle, for its owner alone.",
        [
            "You find it on the dongle. Only its owner can see it.",
            "U vindt de code op de dongle. Alleen de eigenaar kan hem zien.",
            "Sie finden ihn auf dem Dongle. Nur wer ihn besitzt, kann ihn sehen.",
            "Il se trouve sur le dongle. Seul son propriétaire peut le voir.",
        ],
    ),
    (
        "That of the device on the meter: it stands on the device.",
        [
            "That of the device on the meter. You find it on the device.",
            "Dat van het apparaat op de meter. U vindt het op het apparaat.",
            "Die des Geräts am Zähler. Sie finden sie auf dem Gerät.",
            "Celui de l’appareil fixé au compteur. Il se trouve sur l’appareil.",
        ],
    ),
    (
        "That of the battery or of its inverter: it stands on the type plate.",
        [
            "That of the battery or of its inverter. You find it on the type plate.",
            "Dat van de batterij of van de omvormer ervan. U vindt het op het typeplaatje.",
            "Die des Speichers oder seines Wechselrichters. Sie finden sie auf dem Typenschild.",
            "Celui de la batterie ou de son onduleur. Il se trouve sur la plaque signalétique.",
        ],
    ),
    (
        "It stands on the type plate.",
        [
            "You find it on the type plate.",
            "U vindt het op het typeplaatje.",
            "Sie finden sie auf dem Typenschild.",
            "Il se trouve sur la plaque signalétique.",
        ],
    ),
    (
        "It stands on the charge pole or in its papers.",
        [
            "You find it on the charging station or in its papers.",
            "U vindt het op de laadpaal of in de papieren ervan.",
            "Sie finden sie an der Ladestation oder in ihren Papieren.",
            "Il se trouve sur la borne ou dans ses papiers.",
        ],
    ),
    (
        "That of the heat pump or of its gateway: it stands on the type plate.",
        [
            "That of the heat pump or of its gateway. You find it on the type plate.",
            "Dat van de warmtepomp of van de gateway ervan. U vindt het op het typeplaatje.",
            "Die der Wärmepumpe oder ihres Gateways. Sie finden sie auf dem Typenschild.",
            "Celui de la pompe à chaleur ou de sa passerelle. Il se trouve sur la plaque signalétique.",
        ],
    ),
    // Words.
    ("ELECTRICITY", ["Electricity", "Elektriciteit", "Strom", "Électricité"]),
    ("GAS", ["Gas", "Gas", "Gas", "Gaz"]),
    // Ways to metering points, which stand where other devices have a manufacturer.
    ("Austria", ["Austria", "Oostenrijk", "Österreich", "Autriche"]),
    ("Belgium", ["Belgium", "België", "Belgien", "Belgique"]),
    ("Denmark", ["Denmark", "Denemarken", "Dänemark", "Danemark"]),
    ("France", ["France", "Frankrijk", "Frankreich", "France"]),
    (
        "Germany MaLo",
        [
            "Germany (market location)",
            "Duitsland (marktlocatie)",
            "Deutschland (Marktlokation)",
            "Allemagne (point de marché)",
        ],
    ),
    (
        "Germany MeLo",
        [
            "Germany (metering location)",
            "Duitsland (meetlocatie)",
            "Deutschland (Messlokation)",
            "Allemagne (point de mesure)",
        ],
    ),
    (
        "Great Britain electricity",
        [
            "Great Britain (electricity)",
            "Groot-Brittannië (elektriciteit)",
            "Großbritannien (Strom)",
            "Grande-Bretagne (électricité)",
        ],
    ),
    (
        "Great Britain gas",
        ["Great Britain (gas)", "Groot-Brittannië (gas)", "Großbritannien (Gas)", "Grande-Bretagne (gaz)"],
    ),
    ("Italy electricity", ["Italy (electricity)", "Italië (elektriciteit)", "Italien (Strom)", "Italie (électricité)"]),
    ("Italy gas", ["Italy (gas)", "Italië (gas)", "Italien (Gas)", "Italie (gaz)"]),
    ("Netherlands", ["Netherlands", "Nederland", "Niederlande", "Pays-Bas"]),
    ("Spain", ["Spain", "Spanje", "Spanien", "Espagne"]),
    ("Sweden", ["Sweden", "Zweden", "Schweden", "Suède"]),
];
