//! What stands on an invoice beside what it says, in the languages that it may be in.

/// The words of a language.
pub(super) struct Words {
    /// Its tag (BCP 47).
    pub(super) tag: &'static str,
    pub(super) invoice: &'static str,
    pub(super) date: &'static str,
    pub(super) due: &'static str,
    pub(super) customer: &'static str,
    pub(super) contract: &'static str,
    pub(super) reference: &'static str,
    pub(super) description: &'static str,
    pub(super) amount: &'static str,
    pub(super) total: &'static str,
    pub(super) unpaid: &'static str,
    /// What parts a number from its decimals.
    pub(super) comma: char,
}

const ENGLISH: Words = Words {
    tag: "en",
    invoice: "Invoice",
    date: "Invoice date",
    due: "Due date",
    customer: "Customer number",
    contract: "Contract number",
    reference: "Payment reference",
    description: "Description",
    amount: "Amount",
    total: "Total",
    unpaid: "Still to be paid",
    comma: '.',
};

const ALL: [Words; 5] = [
    ENGLISH,
    Words {
        tag: "nl",
        invoice: "Factuur",
        date: "Factuurdatum",
        due: "Te betalen voor",
        customer: "Klantnummer",
        contract: "Contractnummer",
        reference: "Betalingskenmerk",
        description: "Omschrijving",
        amount: "Bedrag",
        total: "Totaal",
        unpaid: "Nog te betalen",
        comma: ',',
    },
    Words {
        tag: "de",
        invoice: "Rechnung",
        date: "Rechnungsdatum",
        due: "Zahlbar bis",
        customer: "Kundennummer",
        contract: "Vertragsnummer",
        reference: "Zahlungsreferenz",
        description: "Bezeichnung",
        amount: "Betrag",
        total: "Summe",
        unpaid: "Noch zu zahlen",
        comma: ',',
    },
    Words {
        tag: "fr",
        invoice: "Facture",
        date: "Date de facture",
        due: "À payer avant le",
        customer: "Numéro de client",
        contract: "Numéro de contrat",
        reference: "Référence de paiement",
        description: "Désignation",
        amount: "Montant",
        total: "Total",
        unpaid: "Reste à payer",
        comma: ',',
    },
    Words {
        tag: "nb",
        invoice: "Faktura",
        date: "Fakturadato",
        due: "Forfallsdato",
        customer: "Kundenummer",
        contract: "Avtalenummer",
        reference: "KID",
        description: "Beskrivelse",
        amount: "Beløp",
        total: "Å betale",
        unpaid: "Gjenstår",
        comma: ',',
    },
];

/// The words for a country's language; English where there are none.
pub(super) fn of_country(country: Option<&str>) -> &'static Words {
    let tag = match country {
        Some("NL") => "nl",
        Some("DE" | "AT" | "LI") => "de",
        Some("FR" | "RE" | "GP" | "MQ" | "GF" | "YT" | "PM" | "BL" | "MF" | "NC" | "PF" | "WF" | "MC") => "fr",
        Some("NO" | "SJ") => "nb",
        _ => "en",
    };
    ALL.iter().find(|words| words.tag == tag).unwrap_or(&ENGLISH)
}
