//! ChatbotX (vendor notes 0 to 3).

use std::collections::HashSet;

use serde_json::{Value, json};

use super::super::{Era, Sandbox, SandboxOptions, Settings, Vendor};
use super::{Got, column, get, keys, sandbox};

const AUTH: &str = "authorization: Bearer sandbox-chatbotx-token-worth-nothing";

async fn era(era: Era) -> Sandbox {
    let settings = Settings { era, ..Default::default() };
    sandbox(SandboxOptions { settings, ..Default::default() }).await
}

async fn ask(sandbox: &Sandbox, path: &str) -> Got {
    get(sandbox, &format!("/chatbotx/api/v1{path}"), &[AUTH]).await
}

async fn total(sandbox: &Sandbox, query: &str) -> u64 {
    ask(sandbox, &format!("/contacts?perPage=1&{query}")).await.json()["pageCount"].as_u64().unwrap()
}

fn condition(field: &str, operator: &str, value: &str) -> String {
    let value = if value.is_empty() { String::new() } else { format!("&contactFilter[conditions][0]{value}") };
    format!(
        "contactFilter[operator]=and&contactFilter[conditions][0][field]={field}\
         &contactFilter[conditions][0][operator]={operator}{value}"
    )
}

#[tokio::test]
async fn a_contact_has_the_recorded_keys() {
    let sandbox = era(Era::B).await;
    let page = ask(&sandbox, "/contacts?perPage=50").await.json();
    let recorded = [
        "id",
        "createdAt",
        "updatedAt",
        "avatar",
        "phoneNumber",
        "email",
        "emailVerified",
        "emailOptIn",
        "firstName",
        "lastName",
        "fullName",
        "gender",
        "lastReadAt",
        "ref",
        "country",
        "state",
        "city",
        "location",
        "locale",
        "timezone",
        "subscribedAt",
        "broadcastSubscribedAt",
        "blockedAt",
        "workspaceId",
        "contactCustomFields",
        "tags",
        "contactInboxes",
        "conversation",
    ];
    let rows = page["data"].as_array().unwrap();
    assert!(rows.iter().all(|contact| keys(contact) == recorded));
    let find = |list: &str, keys_of: &[&str]| {
        let items = rows.iter().flat_map(|contact| contact[list].as_array().unwrap());
        assert_eq!(keys(items.into_iter().next().unwrap()), keys_of);
    };
    find("contactCustomFields", &["id", "createdAt", "updatedAt", "value", "contactId", "customFieldId"]);
    find("tags", &["id", "createdAt", "updatedAt", "name", "deletedAt", "folderId", "workspaceId"]);
    let inbox_keys = ["id", "contactId", "inboxId", "channel", "lastIncomingMessageAt", "contactLastReadAt", "inbox"];
    find("contactInboxes", &inbox_keys);
    let conversation = rows.iter().map(|contact| &contact["conversation"]).find(|found| found.is_object()).unwrap();
    let conversation_keys = [
        "id",
        "createdAt",
        "updatedAt",
        "botEnabled",
        "botResumeAt",
        "archivedAt",
        "additionalAttributes",
        "contactLastReadAt",
        "agentLastReadAt",
        "aiContextLastMessageId",
        "lastActivityAt",
        "followed",
        "assignedUserId",
        "assignedInboxTeamId",
        "workspaceId",
        "contactId",
        "sourceId",
        "adminRepliedAt",
        "contactRepliedAt",
        "assignedUser",
        "assignedInboxTeam",
    ];
    assert_eq!(keys(conversation), conversation_keys);
    assert!(column(&page["data"], "id").iter().all(|id| id.len() == 17));
}

#[tokio::test]
async fn pages_are_twenty_or_fifty() {
    for (of, plain) in [(Era::A, 20), (Era::B, 20), (Era::C, 50)] {
        let sandbox = era(of).await;
        let rows = |page: &Value| page["data"].as_array().unwrap().len();
        assert_eq!(rows(&ask(&sandbox, "/contacts").await.json()), plain);
        let clamped = ask(&sandbox, "/contacts?perPage=100").await.json();
        assert_eq!((rows(&clamped), &clamped["pageCount"]), (50, &json!(2)));
        assert_eq!(clamped.get("totalCount").is_some(), of == Era::C);
        let beyond = ask(&sandbox, "/contacts?page=99&perPage=20").await.json();
        assert_eq!((rows(&beyond), &beyond["pageCount"]), (0, &json!(3)));
    }
}

#[tokio::test]
async fn the_default_order_loses_and_the_id_does_not() {
    let sandbox = era(Era::B).await;
    let walk = async |sort: &str| {
        let mut ids = Vec::new();
        for page in 1..=12 {
            let page = ask(&sandbox, &format!("/contacts?perPage=5&page={page}{sort}")).await.json();
            ids.extend(column(&page["data"], "id").into_iter().map(str::to_owned));
        }
        (ids.len(), ids.into_iter().collect::<HashSet<_>>().len())
    };
    let (rows, distinct) = walk("").await;
    assert_eq!(rows, 60);
    assert!(distinct < 60, "ties change places from page to page");
    assert_eq!(walk("&sort=%5B%7B%22id%22:%22id%22,%22desc%22:false%7D%5D").await, (60, 60));
    assert_eq!(
        walk("&sort=%5B%7B%22id%22:%22createdAt%22,%22desc%22:true%7D,%7B%22id%22:%22id%22,%22desc%22:true%7D%5D")
            .await,
        (60, 60)
    );
    // Brackets, bad JSON, unknown columns: the default order, silently.
    for ignored in
        ["&sort[0][id]=id&sort[0][desc]=true", "&sort=-id", "&sort=%5B%7B%22id%22:%22nope%22,%22desc%22:true%7D%5D"]
    {
        assert_eq!(walk(ignored).await, (rows, distinct), "{ignored}");
    }
    let crash = ask(&sandbox, "/contacts?sort=%5B%7B%22id%22:%22constructor%22,%22desc%22:true%7D%5D").await;
    assert_eq!((crash.status, crash.json()["code"].clone()), (500, json!("INTERNAL_SERVER_ERROR")));
}

#[tokio::test]
async fn errors_are_those_recorded() {
    let b = era(Era::B).await;
    for token in ["authorization: Bearer nope", "authorization: bearer sandbox-chatbotx-token-worth-nothing", "x: y"] {
        let got = get(&b, "/chatbotx/api/v1/contacts", &[token]).await;
        let recorded =
            r#"{"defined":false,"code":"INVALID_CHATBOT_TOKEN","status":500,"message":"INVALID_CHATBOT_TOKEN"}"#;
        assert_eq!((got.status, got.text().as_str()), (500, recorded));
    }
    let recorded = r#"{"defined":false,"code":"BAD_REQUEST","status":400,"message":"Input validation failed","data":{"issues":[{"origin":"number","code":"too_small","minimum":1,"inclusive":true,"path":["perPage"],"message":"Too small: expected number to be >=1"}]}}"#;
    let got = ask(&b, "/contacts?perPage=0").await;
    assert_eq!((got.status, got.text().as_str()), (400, recorded));
    let recorded = r#"{"defined":false,"code":"BAD_REQUEST","status":400,"message":"Input validation failed","data":{"issues":[{"expected":"array","code":"invalid_type","path":["channels"],"message":"Invalid input: expected array, received string"}]}}"#;
    assert_eq!(ask(&b, "/contacts?channels=telegram").await.text(), recorded);
    for bad in
        ["page=", "page=abc", "page=1&page=2", "inboxIds=1", "inboxIds[]=abc", "channels[]=fax", "contactFilter=%7B%7D"]
    {
        assert_eq!(ask(&b, &format!("/contacts?{bad}")).await.status, 400, "{bad}");
    }
    let lost = ask(&b, "/nope").await;
    assert_eq!(
        (lost.status, lost.text().as_str(), lost.header("content-type")),
        (404, "Not found", Some("text/plain;charset=UTF-8"))
    );
    let slash = ask(&b, "/contacts/").await;
    assert_eq!((slash.status, slash.header("location")), (308, Some("/chatbotx/api/v1/contacts")));
    let c = era(Era::C).await;
    let got = get(&c, "/chatbotx/api/v1/contacts", &[]).await;
    assert_eq!((got.status, got.json()["code"].clone()), (401, json!("INVALID_CHATBOT_TOKEN")));
    let got = ask(&c, "/contacts?perPage=0").await;
    assert_eq!((got.status, got.json()["code"].clone()), (422, json!("invalidRequestData")));
}

#[tokio::test]
async fn keywords_are_never_full_names() {
    let b = era(Era::B).await;
    assert_eq!(total(&b, "keyword=ann.lee%40polar").await, 1);
    assert_eq!(total(&b, "keyword=Ann%20Lee").await, 0);
    assert!(total(&b, "keyword=%25").await > 40);
    assert_eq!(total(&b, "keyword=+447700900123").await, 0, "`+` is a space");
    assert_eq!(total(&b, "keyword=%2B447700900123").await, 1);
    let c = era(Era::C).await;
    assert_eq!(total(&c, "keyword=%25").await, 0);
    assert_eq!(total(&c, "keyword=%2B44%20(7700)%20900-123").await, 1);
}

#[tokio::test]
async fn channels_are_ignored_until_era_c() {
    let b = era(Era::B).await;
    assert_eq!(total(&b, "channels[]=telegram").await, 60);
    assert_eq!(total(&b, "channels%5B0%5D=telegram&inboxIds[0]=1").await, 60);
    let c = era(Era::C).await;
    let telegram = total(&c, "channels[]=telegram").await;
    assert!(telegram > 0 && telegram < 60);
    assert_eq!(total(&b, &condition("currentChannel", "in", "[value][0]=telegram")).await, telegram);
}

#[tokio::test]
async fn filters_work_are_ignored_or_crash() {
    let b = era(Era::B).await;
    assert_eq!(total(&b, &condition("email", "eq", "[value]=ann.lee%40polar.example")).await, 1);
    assert_eq!(total(&b, &condition("email", "eq", "[value]=Ann.Lee%40polar.example")).await, 0);
    assert_eq!(total(&b, &condition("fullName", "contains", "[value]=ann%20lee")).await, 1);
    let empty = total(&b, &condition("phone", "isEmpty", "")).await;
    let filled = total(&b, &condition("phone", "isNotEmpty", "[value]=x")).await;
    assert_eq!(empty + filled, 60);
    assert_eq!(total(&b, &condition("continent", "in", "[value][]=Asia")).await, 60);
    let since = condition("contactCreatedAt", "gte", "[value]=2025-06-01");
    assert!((1..60).contains(&total(&b, &since).await));
    for (crash, status) in [
        (condition("email", "startsWith", "[value]=a"), 500),
        (condition("contactCreatedAt", "lt", "[value]=soon"), 500),
        (condition("email", "isNotEmpty", ""), 400),
        (condition("nonsense", "eq", "[value]=a"), 400),
    ] {
        assert_eq!(ask(&b, &format!("/contacts?{crash}")).await.status, status, "{crash}");
    }
    let c = era(Era::C).await;
    assert_eq!(total(&c, &condition("email", "eq", "[value]=Ann.Lee%40polar.example")).await, 1);
    assert_eq!(total(&c, "contactFilter=nonsense").await, 60, "dropped without a word");
}

#[tokio::test]
async fn one_contact_has_three_names() {
    let b = era(Era::B).await;
    let id = &b.world().ids(Vendor::Chatbotx)[1];
    for name in
        [format!("id:{id}"), format!("id%3A{id}"), "email:ann.lee@polar.example".into(), "phone:%2B447700900123".into()]
    {
        let got = ask(&b, &format!("/contacts/{name}")).await;
        assert_eq!((got.status, &got.json()["fullName"]), (200, &json!("Ann Lee")), "{name}");
    }
    let body = |message: &str| json!({"defined": false, "code": "notFound", "status": 404, "message": message});
    assert_eq!(ask(&b, &format!("/contacts/{id}")).await.json(), body("Invalid identifier format"));
    assert_eq!(ask(&b, "/contacts/id:1").await.json(), body("Contact not found"));
    let message = "Invalid identifier format. Use id:, email:, or phone: prefix";
    assert_eq!(ask(&b, "/contacts/name:ada").await.json(), body(message));
    assert_eq!(ask(&b, "/contacts/id:99999999999999999999").await.status, 500);
    assert_eq!(keys(&ask(&b, "/tags").await.json()["data"][0]), ["id", "name"]);
    assert_eq!(ask(&b, "/custom-fields").await.json()["data"][0]["name"], json!("plan"));
    assert_eq!(ask(&b, "/token").await.status, 404);
    assert_eq!(ask(&era(Era::C).await, "/token").await.json()["permission"], json!("read_only"));
    let by_email = ask(&b, "/contacts/find-by-custom-field?customFieldId=email&value=ann.lee%40polar.example").await;
    assert_eq!(by_email.json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn counts_are_capped_in_era_c() {
    let settings = Settings { era: Era::C, ..Default::default() };
    let sandbox = sandbox(SandboxOptions { contacts: 10_100, settings, ..Default::default() }).await;
    let sort = "sort=%5B%7B%22id%22:%22id%22,%22desc%22:false%7D%5D";
    let page = ask(&sandbox, &format!("/contacts?page=201&{sort}")).await.json();
    assert_eq!(
        (&page["pageCount"], &page["totalCount"], &page["totalCountCapped"]),
        (&json!(200), &json!(10_000), &json!(true))
    );
    assert_eq!(page["data"].as_array().unwrap().len(), 50, "there is more than is counted");
    let bare = ask(&sandbox, &format!("/contacts?{sort}&withCount=false&include[]=tags")).await.json();
    assert_eq!((&bare["pageCount"], bare["data"][0].get("contactInboxes")), (&json!(0), None));
}
