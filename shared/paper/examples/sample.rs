//! Renders samples into files, and says how long each took: `cargo run --release --example sample -- FOLDER`.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "an example speaks to whoever runs it")]

use std::{env, fs, path::PathBuf, time::Instant};

use wattbook_paper::{InvoicePaper, PaperLine, render};

fn main() {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    let write = |name: &str, invoice: &InvoicePaper<'_>| {
        let start = Instant::now();
        let file = render(invoice).unwrap();
        let first = start.elapsed();
        let start = Instant::now();
        for _ in 0..20 {
            assert_eq!(render(invoice).unwrap(), file);
        }
        println!("{name}: {} bytes, first {first:?}, then {:?}", file.len(), start.elapsed() / 20);
        fs::write(folder.join(name), file).unwrap();
    };
    write("dutch.pdf", &dutch());
    write("persian.pdf", &persian());
    let recipient = ["خانم شیرین علی‌زاده ۲۳", "Keizersgracht 12-III", "1015 CJ Amsterdam"];
    let notes = [
        "لطفاً مبلغ را تا تاریخ ۲۸ بهمن ۱۴۰۴ به حساب NL91 ABNA 0417 1643 00 واریز کنید و شماره صورت‌حساب 2026-10042 را در توضیحات بنویسید.",
        "Ǻńg̈ắ e\u{301}\u{323} Ș ț ẞ — „Zürich“ ‚Łódź‘ Ñandú",
    ];
    write("mixed.pdf", &InvoicePaper { recipient: &recipient, notes: &notes, ..dutch() });
    let word = "Zählpunktbezeichnungsänderungsbestätigung".repeat(4);
    let texts: Vec<_> = (1..=200)
        .map(|number| match number % 10 {
            3 => format!("{number}. {word}"),
            7 => format!("{number}. Εξοικονόμηση ενέργειας, зелёная энергия, Đặng Thị Hồng, 中文 😀, and much else that is to be read in one line of an invoice, so that it takes several"),
            _ => format!("{number}. Electricity delivered in period {number}"),
        })
        .collect();
    let amounts: Vec<_> = (1..=200).map(|number| format!("{}.{:02}", number * 37, number % 100)).collect();
    let lines: Vec<_> =
        texts.iter().zip(&amounts).map(|(description, amount)| PaperLine { description, amount }).collect();
    write(
        "long.pdf",
        &InvoicePaper { lines: &lines, language: "en", columns: ("Description", "Amount (EUR)"), ..dutch() },
    );
    let memory = fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", memory.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
}

fn dutch() -> InvoicePaper<'static> {
    InvoicePaper {
        title: "Factuur 2026-10042",
        sender: &[
            "Zonnestroom B.V.",
            "Stationsplein 12",
            "3511 ED Utrecht",
            "KvK 12345678 · btw NL001234567B01",
            "klant@zonnestroom.example",
        ],
        recipient: &["Mevr. Zoë van der Wielen-Łukasiewicz", "Keizersgracht 123-III", "1015 CJ Amsterdam", "Nederland"],
        facts: &[
            ("Factuurdatum", "3 februari 2026"),
            ("Te betalen vóór", "17 februari 2026"),
            ("Klantnummer", "8841-220"),
            ("Periode", "1 januari 2026 t/m 31 januari 2026"),
            ("EAN-code", "871685900001234567"),
            ("Betalingskenmerk", "1000 2026 1004 2007"),
        ],
        columns: ("Omschrijving", "Bedrag"),
        lines: &[
            PaperLine {
                description: "Levering elektriciteit, normaaltarief: 214 kWh × € 0,1832", amount: "€ 39,20"
            },
            PaperLine { description: "Levering elektriciteit, daltarief: 178 kWh × € 0,1611", amount: "€ 28,68" },
            PaperLine { description: "Terugleververgoeding zonnepanelen: 41 kWh × € 0,0700", amount: "€ −2,87" },
            PaperLine { description: "Vaste leveringskosten", amount: "€ 6,99" },
            PaperLine {
                description: "Netbeheerkosten (Stedin), aansluiting 3×25 A, naar rato van het aantal dagen in de periode en zoals die op de website van de netbeheerder staan",
                amount: "€ 41,15",
            },
            PaperLine { description: "Energiebelasting min vermindering", amount: "€ −12,38" },
            PaperLine { description: "Btw 21 %", amount: "€ 21,16" },
        ],
        total: ("Totaal te betalen", "€ 121,93"),
        notes: &[
            "Het totaalbedrag wordt rond 17 februari 2026 automatisch afgeschreven van rekening NL91 ABNA 0417 1643 00 op naam van Z. van der Wielen-Łukasiewicz.",
            "Vragen over deze factuur? Kijk op https://www.zonnestroom.example/service/mijn-factuur-begrijpen of bel 030 123 45 67, op werkdagen van 9.00 tot 17.00 uur.",
        ],
        language: "nl",
    }
}

fn persian() -> InvoicePaper<'static> {
    InvoicePaper {
        title: "صورت‌حساب شماره ۱۰۰۴۲",
        sender: &["شرکت برق آفتاب (Aftab Energy)", "تهران، خیابان ولی‌عصر، پلاک ۱۲", "تلفن: +98 21 1234 5678"],
        recipient: &["خانم شیرین علی‌زاده ۲۳", "Keizersgracht 12-III", "1015 CJ Amsterdam", "هلند"],
        facts: &[
            ("تاریخ صورت‌حساب", "۱۴ بهمن ۱۴۰۴"),
            ("مهلت پرداخت", "2026-02-17"),
            ("شماره مشترک", "IR-8841-220"),
            ("دوره", "از ۱ دی تا ۳۰ دی ۱۴۰۴ (Period 10)"),
        ],
        columns: ("شرح", "مبلغ"),
        lines: &[
            PaperLine {
                description: "برق مصرفی: ۲۱۴ کیلووات‌ساعت × ۱٬۸۳۲ ریال", amount: "۳۹۲٬۰۴۸ ریال"
            },
            PaperLine {
                description: "برق مصرفی در ساعات کم‌باری (off-peak): 178 kWh", amount: "۲۸۶٬۷۵۸ ریال"
            },
            PaperLine {
                description: "آبونمان ماهانه به همراه هزینه‌های شبکه و خدمات کنتور هوشمند که بر اساس تعداد روزهای دوره و مطابق تعرفه‌های مصوب محاسبه می‌شود",
                amount: "۶۹٬۹۰۰ ریال",
            },
            PaperLine { description: "Green certificate, period 10", amount: "EUR 12.50" },
        ],
        total: ("مبلغ قابل پرداخت", "۷۴۸٬۷۰۶ ریال"),
        notes: &[
            "لطفاً مبلغ را تا تاریخ ۲۸ بهمن ۱۴۰۴ به حساب IR62 0540 1020 4670 2234 5678 01 واریز کنید و شماره صورت‌حساب ۱۰۰۴۲ را در توضیحات بنویسید.",
            "In case of questions, please call our service desk; it is open from nine to five on working days, and it answers in Persian, in Arabic and in English.",
        ],
        language: "fa-IR",
    }
}
