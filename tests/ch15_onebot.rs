//! The bot and the world on `OneBot` v11: over streams in memory on the virtual clock, and over real sockets.

use std::{future::pending, io, num::NonZero, sync::Arc, thread, time::Duration};

use async_workbook::{
    ch15_group_verification::{
        bot::{Bot, Codes, Scans},
        clock::Clock,
        model::{Code, GroupId, MessageId, Timestamp, UserId},
        onebot::{
            Gateway, GatewaySettings, Link,
            frames::{self, Told},
            segments::{Segment, from_cq, from_json, to_cq, to_json},
            socket::LARGEST,
            texts::Texts,
        },
        platform::{
            Answer, By, Call, CallError, Delivery, Event, Message, Platform, Polite, Present,
            Reply, Role, Tally,
        },
        policy::Policy,
        sim::{Checker, Disk, EPOCH, Journal, Settings, SimPlatform, World, look_in},
        store::Memory,
    },
    stage::virtual_time,
};
use futures::{FutureExt, SinkExt, StreamExt, stream::FuturesUnordered};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use tokio::{
    io::{DuplexStream, duplex},
    join, select,
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, accept_async, client_async,
    tungstenite::{Error, Message as Frame, client::IntoClientRequest, http::HeaderValue},
};

const ME: UserId = UserId(10_001);

fn world(seed: u64) -> Settings {
    Settings {
        seed,
        groups: 3,
        members: 6,
        days: 2,
        faults: [0.0, 0.02, 0.1, 0.3][(seed % 4) as usize],
        // Events get lost wherever connections break, which a world without trouble does not expect.
        trouble: [0.05, 0.2, 0.5][(seed / 4 % 3) as usize],
        owner: Policy::default().owner,
    }
}

fn gateway(platform: &Arc<SimPlatform>) -> Gateway {
    let settings = GatewaySettings {
        self_id: ME,
        token: Some("secret".parse().unwrap()),
        texts: Texts::default(),
        heartbeat: Some(Duration::from_mins(10)),
    };
    Gateway::new(Arc::clone(platform), settings)
}

/// Lets the gateway serve all streams that are opened.
async fn serve(gateway: &Gateway, mut opened: mpsc::Receiver<DuplexStream>) {
    let mut sessions = FuturesUnordered::new();
    loop {
        // Both branches are cancel safe.
        select! {
            biased;
            Some(()) = sessions.next() => {}
            Some(wire) = opened.recv() => sessions.push(gateway.serve(wire)),
        }
    }
}

/// One world from beginning to end, with the protocol between it and the bot; the rules that were broken.
fn simulate(seed: u64) -> Vec<String> {
    virtual_time(async move {
        let store = Arc::new(Memory::default());
        let world = World::new(world(seed));
        let end = world.end().after(Duration::from_hours(1));
        let platform = SimPlatform::new(world, Clock::new(EPOCH, 1.0), Journal::default());
        let policy = Policy::default();
        let peek = Arc::clone(&store);
        platform.check(Checker::new(policy.clone(), move |group, user| {
            peek.peek(group, user)
        }));
        let platform = Arc::new(platform);
        let gateway = gateway(&platform);

        let link = Arc::new(Link::new(
            policy.owner,
            Texts::default(),
            Clock::new(EPOCH, 1.0),
        ));
        let polite = Polite::new(Arc::clone(&link), &policy);
        let (codes, clock) = (Codes::Seeded(seed), Clock::new(EPOCH, 1.0));
        let disk = Arc::new(Disk(Arc::clone(&store)));
        let bot = Bot::new(polite, disk, policy, clock, codes, Scans::Bounded);
        let (events, inbox) = mpsc::channel(16);
        let (stop, stopped) = watch::channel(false);

        let (open, opened) = mpsc::channel(1);
        let address = "ws://world/".parse().unwrap();
        let token = "secret".parse().unwrap();
        let dial = async || {
            let (mine, theirs) = duplex(1 << 16);
            open.send(theirs).await.map_err(io::Error::other)?;
            Ok(mine)
        };
        let breaks = async {
            loop {
                sleep(Duration::from_secs(5 * 3600 + seed * 601)).await;
                gateway.hang_up();
            }
        };
        let ends = async {
            platform.clock().sleep_until(end).await;
            stop.send_replace(true);
            pending::<()>().await;
        };
        select! {
            biased;
            served = bot.run(inbox, stopped) => served.unwrap(),
            refused = link.connect_by(&address, Some(&token), &events, dial) => refused.unwrap(),
            () = gateway.run() => {}
            () = serve(&gateway, opened) => {}
            () = breaks => {}
            () = look_in(&platform) => {}
            () = ends => {}
        }
        platform.violations(true)
    })
}

#[test]
fn onebot_keeps_every_rule_in_many_worlds() {
    let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("WORLDS").unwrap_or(50),
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let broken: Vec<_> = thread::scope(|scope| {
        let some = |thread| seeds.clone().skip(thread).step_by(threads);
        let broken = |seed| Some((seed, simulate(seed))).filter(|(_, broken)| !broken.is_empty());
        let workers = (0..threads).map(|thread| {
            let seeds = some(thread);
            scope.spawn(move || seeds.filter_map(broken).collect::<Vec<_>>())
        });
        let workers: Vec<_> = workers.collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    assert!(broken.is_empty(), "{broken:#?}");
}

type Client = WebSocketStream<DuplexStream>;

/// A world in which nothing happens but what is asked for, and its gateway.
fn quiet() -> Gateway {
    let settings = Settings {
        faults: 0.0,
        trouble: 0.0,
        ..world(0)
    };
    let platform = SimPlatform::new(
        World::new(settings),
        Clock::new(EPOCH, 1.0),
        Journal::default(),
    );
    gateway(&Arc::new(platform))
}

/// A bot of which we write each frame ourselves.
async fn client(
    gateway: &Gateway,
    path: &str,
    token: Option<&str>,
    test: impl AsyncFnOnce(Client),
) {
    let (mine, theirs) = duplex(1 << 16);
    let mut request = format!("ws://world{path}").into_client_request().unwrap();
    if let Some(token) = token {
        let token = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        request.headers_mut().insert("Authorization", token);
    }
    let tested = async {
        let (client, _) = client_async(request, mine).await.unwrap();
        test(client).await;
    };
    join!(tested, gateway.serve(theirs));
}

async fn say(client: &mut Client, json: &Value) {
    client.send(Frame::text(json.to_string())).await.unwrap();
}

async fn hear(client: &mut Client) -> Value {
    loop {
        let frame = timeout(Duration::from_mins(1), client.next());
        let frame = frame.await.expect("something comes").unwrap().unwrap();
        // Signs of life are not to be answered by us.
        if frame.is_text() {
            return serde_json::from_str(frame.to_text().unwrap()).unwrap();
        }
    }
}

/// The answer to a call, whatever else comes before it.
async fn ask(client: &mut Client, json: &Value) -> Value {
    say(client, json).await;
    loop {
        let heard = hear(client).await;
        if heard.get("retcode").is_some() {
            return heard;
        }
    }
}

/// The status with which the gateway refuses a request.
fn refused(path: &str, token: Option<&str>) -> Option<u16> {
    let (path, token) = (path.to_owned(), token.map(str::to_owned));
    virtual_time(async move {
        let gateway = quiet();
        let (mine, theirs) = duplex(1 << 16);
        let mut request = format!("ws://world{path}").into_client_request().unwrap();
        if let Some(token) = token {
            let token = HeaderValue::from_str(&token).unwrap();
            request.headers_mut().insert("Authorization", token);
        }
        let (connected, ()) = join!(
            async {
                let connected = client_async(request, mine).await;
                connected.map(|(client, _)| drop(client))
            },
            gateway.serve(theirs),
        );
        match connected {
            Ok(()) => None,
            Err(Error::Http(response)) => Some(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    })
}

#[test]
fn onebot_opens_the_door_to_whoever_brings_the_token() {
    assert_eq!(refused("/", Some("Bearer secret")), None);
    assert_eq!(refused("/?access_token=secret", None), None);
    assert_eq!(refused("/api/?a=b&access_token=s%65cret", None), None);
    assert_eq!(refused("/", None), Some(401));
    for wrong in [
        "Bearer wrong",
        "Bearer secre",
        "Bearer secrett",
        "Bearer ",
        "secret",
        "Basic secret",
    ] {
        assert_eq!(refused("/", Some(wrong)), Some(403), "{wrong}");
    }
    assert_eq!(refused("/?access_token=wrong", None), Some(403));
    // The header counts.
    assert_eq!(
        refused("/?access_token=secret", Some("Bearer wrong")),
        Some(403)
    );
    assert_eq!(refused("/elsewhere", Some("Bearer secret")), Some(404));
    assert_eq!(refused("/elsewhere", None), Some(401));
}

#[test]
fn onebot_tells_events_and_answers_calls_where_the_path_says_so() {
    virtual_time(async {
        let both = quiet();
        for path in ["/", ""] {
            client(&both, path, Some("secret"), async |mut client| {
                let hello = hear(&mut client).await;
                assert_eq!(hello["meta_event_type"], "lifecycle");
                assert_eq!(
                    (&hello["sub_type"], &hello["self_id"]),
                    (&"connect".into(), &ME.0.into())
                );
                let status = ask(&mut client, &json!({"action": "get_status"})).await;
                assert_eq!(status["data"], json!({"online": true, "good": true}));
            })
            .await;
        }
        let calls = quiet();
        client(&calls, "/api", Some("secret"), async |mut client| {
            say(&mut client, &json!({"action": "get_login_info", "echo": 1})).await;
            // The first frame is the answer: no event comes before it.
            assert_eq!(hear(&mut client).await["data"]["user_id"], ME.0);
        })
        .await;
        let events = quiet();
        client(&events, "/event/", Some("secret"), async |mut client| {
            say(&mut client, &json!({"action": "get_login_info", "echo": 1})).await;
            assert_eq!(hear(&mut client).await["meta_event_type"], "lifecycle");
            let beat = select! {
                beat = timeout(Duration::from_mins(11), client.next()) => beat.unwrap().unwrap().unwrap(),
                () = events.run() => unreachable!(),
            };
            let beat: Value = serde_json::from_str(beat.to_text().unwrap()).unwrap();
            assert_eq!(beat.get("retcode"), None, "{beat}");
        })
        .await;
    });
}

#[test]
fn onebot_returns_the_echo_as_it_was_and_refuses_what_it_does_not_know() {
    virtual_time(async {
        let gateway = quiet();
        client(&gateway, "/api", Some("secret"), async |mut client| {
            for echo in [json!(7), json!("seven"), json!(null), json!({"a": [1, 2.5]}), json!([])] {
                let answer = ask(&mut client, &json!({"action": "get_status", "echo": echo})).await;
                assert_eq!(answer["echo"], echo);
                assert_eq!((&answer["status"], &answer["retcode"]), (&"ok".into(), &0.into()));
            }
            let answer = ask(&mut client, &json!({"action": "get_status"})).await;
            assert_eq!(answer.get("echo"), None);
            for (request, code) in [
                (json!({"action": "make_coffee", "echo": 1}), 1404),
                (json!({"action": 7, "echo": 1}), 1400),
                (json!({"echo": 1}), 1400),
                (json!([1, 2]), 1400),
                (json!({"action": "set_group_kick", "params": {"group_id": 1}}), 1400),
                (json!({"action": "set_group_ban", "params": {"group_id": 1, "user_id": 2, "duration": -1}}), 1400),
                (json!({"action": "send_group_msg", "params": {"group_id": "x", "message": ""}}), 1400),
                (json!({"action": "send_msg", "params": {"message": "to nobody"}}), 1400),
                (json!({"action": "delete_msg", "params": {"message_id": 99}}), 1410),
                (json!({"action": "set_group_kick", "params": {"group_id": 1, "user_id": 5}}), 1410),
            ] {
                let answer = ask(&mut client, &request).await;
                assert_eq!(answer["retcode"], code, "{request} {answer}");
                assert_eq!(answer["status"], "failed");
                assert_eq!(answer["echo"], request["echo"]);
            }
            client.send(Frame::text("{no json")).await.unwrap();
            assert_eq!(hear(&mut client).await["retcode"], 1400);
            let later = json!({"action": "get_status_async", "echo": 2});
            let expected = json!({"status": "async", "retcode": 1, "data": null, "echo": 2});
            assert_eq!(ask(&mut client, &later).await, expected);
        })
        .await;
    });
}

#[test]
fn onebot_answers_every_action_however_ids_are_written() {
    virtual_time(async {
        let gateway = quiet();
        client(&gateway, "/api", Some("secret"), async |mut client| {
            let mut ask = async |action: &str, params: Value| {
                let request = json!({"action": action, "params": params, "echo": action});
                let answer = ask(&mut client, &request).await;
                assert_eq!(answer["status"], "ok", "{request} {answer}");
                answer["data"].clone()
            };
            let groups = ask("get_group_list", json!({})).await;
            let ids: Vec<_> = groups.as_array().unwrap().iter().map(|it| it["group_id"].clone()).collect();
            assert_eq!(ids, [1, 2, 3]);
            for group in [json!(1), json!("1"), json!(1.0)] {
                let members = ask("get_group_member_list", json!({"group_id": group})).await;
                let me = members.as_array().unwrap().iter().find(|it| it["user_id"] == ME.0);
                assert_eq!(me.unwrap()["role"], "admin");
                let params = json!({"group_id": group, "user_id": ME.0.to_string()});
                assert_eq!(ask("get_group_member_info", params).await["user_id"], ME.0);
                let message = ask("send_group_msg", json!({"group_id": group, "message": "[CQ:at,qq=7] 1234"}));
                let id = message.await["message_id"].clone();
                ask("delete_msg", json!({"message_id": id})).await;
            }
            ask("send_private_msg", json!({"user_id": "7", "message": [{"type": "text", "data": {"text": "x"}}]}))
                .await;
            ask("send_msg", json!({"user_id": 7, "message": {"type": "face", "data": {"id": 1}}})).await;
            ask("send_msg", json!({"message_type": "group", "group_id": 1, "message": "x", "auto_escape": true}))
                .await;
            assert_eq!(ask("get_version_info", json!({})).await["protocol_version"], "v11");
        })
        .await;
    });
}

#[test]
fn onebot_slows_down_who_floods_and_serves_the_others() {
    virtual_time(async {
        let gateway = quiet();
        let written = std::cell::Cell::new(0);
        let flood = client(&gateway, "/api", Some("secret"), async |mut client| {
            let call =
                json!({"action": "get_group_member_list", "params": {"group_id": 1}, "echo": 1});
            let flood = async {
                for _ in 0..100_000 {
                    say(&mut client, &call).await;
                    written.set(written.get() + 1);
                }
            };
            // It never reads, so it cannot go on for ever.
            assert!(timeout(Duration::from_hours(1), flood).await.is_err());
            assert!(
                written.get() < 10_000,
                "{} frames were taken",
                written.get()
            );
            for _ in 0..written.get() {
                assert_eq!(hear(&mut client).await["retcode"], 0);
            }
        });
        let other = async {
            sleep(Duration::from_mins(30)).await;
            client(&gateway, "/api", Some("secret"), async |mut client| {
                let asked = Instant::now();
                ask(
                    &mut client,
                    &json!({"action": "get_group_member_list", "params": {"group_id": 1}}),
                )
                .await;
                assert!(
                    asked.elapsed() < Duration::from_secs(5),
                    "{:?}",
                    asked.elapsed()
                );
            })
            .await;
        };
        join!(flood, other);
    });
}

#[test]
fn onebot_reads_no_frame_that_is_too_large() {
    virtual_time(async {
        let gateway = quiet();
        client(&gateway, "/api", Some("secret"), async |mut client| {
            let call = |size: usize| {
                let empty = json!({"action": "get_status", "echo": ""})
                    .to_string()
                    .len();
                json!({"action": "get_status", "echo": "x".repeat(size - empty)})
            };
            assert_eq!(ask(&mut client, &call(LARGEST)).await["status"], "ok");
            // It may be closed before all is written.
            let _ = client
                .send(Frame::text(call(LARGEST + 1).to_string()))
                .await;
            while let Some(Ok(frame)) = client.next().await {
                assert!(!frame.is_text(), "{} bytes were answered", LARGEST + 1);
            }
        })
        .await;
    });
}

/// An implementation of which we write each frame ourselves, and the bot's end.
async fn implementation(test: impl AsyncFnOnce(&Link, Client, mpsc::Receiver<Delivery>)) {
    let link = Link::new(UserId(1), Texts::default(), Clock::new(EPOCH, 1.0));
    let (open, mut opened) = mpsc::channel(1);
    let (events, told) = mpsc::channel(16);
    let address = "ws://world/".parse().unwrap();
    let dial = async || {
        let (mine, theirs) = duplex(1 << 22);
        open.send(theirs).await.map_err(io::Error::other)?;
        Ok(mine)
    };
    let tested = async {
        let server = accept_async(opened.recv().await.unwrap()).await.unwrap();
        test(&link, server, told).await;
    };
    select! {
        () = tested => {}
        refused = link.connect_by(&address, None, &events, dial) => refused.unwrap(),
    }
}

/// Answers what a bot asks before it begins.
async fn introduce(server: &mut Client) {
    say(
        server,
        &json!({"time": EPOCH.0 / 1000 + 5, "self_id": "77", "post_type": "meta_event",
        "meta_event_type": "lifecycle", "sub_type": "connect"}),
    )
    .await;
    for data in [
        json!({"user_id": "77"}),
        json!([{"group_id": "7"}, {"group_id": 8.0}, {"name": "none"}]),
    ] {
        let asked = hear(server).await;
        say(
            server,
            &json!({"status": "ok", "retcode": 0, "data": data, "echo": asked["echo"]}),
        )
        .await;
    }
}

#[test]
fn onebot_bot_learns_who_and_where_it_is_before_it_begins() {
    virtual_time(implementation(async |_, mut server, mut told| {
        introduce(&mut server).await;
        let connected = told.recv().await.unwrap();
        assert_eq!(
            connected.event,
            Event::Connected(vec![GroupId(7), GroupId(8)])
        );
        // What the platform says, not what the host's clock says.
        assert_eq!(connected.at, EPOCH.after(Duration::from_secs(5)));
        let kick = |by: u64| {
            json!({"time": 9, "post_type": "notice", "notice_type": "group_decrease",
            "sub_type": "kick", "group_id": 7, "user_id": 5, "operator_id": by})
        };
        say(&mut server, &kick(77)).await;
        say(&mut server, &kick(3)).await;
        for by in [By::Bot, By::Admin] {
            let kicked = told.recv().await.unwrap();
            assert_eq!(kicked.event, Event::Kicked(GroupId(7), UserId(5), by));
            assert_eq!(kicked.at, Timestamp(9000));
        }
    }));
}

#[test]
fn onebot_bot_knows_answers_by_their_echo_and_forgets_late_ones() {
    virtual_time(implementation(async |link, mut server, _told| {
        introduce(&mut server).await;
        let mute = |user| Call::Mute(GroupId(7), UserId(user));
        let served = async {
            let (first, second) = (hear(&mut server).await, hear(&mut server).await);
            assert_eq!(
                first["params"],
                json!({"group_id": 7, "user_id": 1, "duration": 2_591_999})
            );
            let answer = |asked: &Value, code: i64| json!({"status": if code == 0 { "ok" } else { "failed" }, "retcode": code, "echo": asked["echo"]});
            say(&mut server, &answer(&second, 1403)).await;
            sleep(Duration::from_secs(1)).await;
            say(&mut server, &answer(&first, 0)).await;
            let third = hear(&mut server).await;
            sleep(Duration::from_secs(20)).await;
            say(&mut server, &answer(&third, 0)).await;
            let fourth = hear(&mut server).await;
            say(&mut server, &answer(&fourth, 1410)).await;
        };
        let called = async {
            let (one, two) = (mute(1), mute(2));
            let both = join!(link.call(&one), link.call(&two));
            assert_eq!(both, (Ok(Reply::Done), Err(CallError::Refused)));
            let late = timeout(Duration::from_secs(10), link.call(&one)).await;
            assert!(late.is_err());
            sleep(Duration::from_secs(20)).await;
            assert_eq!(link.call(&one).await, Err(CallError::Gone));
        };
        join!(served, called);
    }));
}

#[test]
fn onebot_bot_hangs_up_on_who_is_silent_and_comes_back() {
    virtual_time(async {
        let link = Link::new(UserId(1), Texts::default(), Clock::new(EPOCH, 1.0));
        let (open, mut opened) = mpsc::channel(1);
        let (events, _told) = mpsc::channel(16);
        let address = "ws://world/".parse().unwrap();
        let dial = async || {
            let (mine, theirs) = duplex(1 << 16);
            open.send(theirs).await.map_err(io::Error::other)?;
            Ok(mine)
        };
        let tested = async {
            // This one does nothing but exist: it does not even answer a ping.
            let silent = accept_async(opened.recv().await.unwrap()).await.unwrap();
            let began = Instant::now();
            let mut second = accept_async(opened.recv().await.unwrap()).await.unwrap();
            let silence = began.elapsed();
            assert!((45..=47).contains(&silence.as_secs()), "{silence:?}");
            drop(silent);
            introduce(&mut second).await;
            // A heartbeat every second: three that are missing are enough.
            say(
                &mut second,
                &json!({"time": 1, "post_type": "meta_event", "meta_event_type": "heartbeat",
                "interval": 1000}),
            )
            .await;
            let began = Instant::now();
            let third = opened.recv().await.unwrap();
            let silence = began.elapsed();
            assert!((3..=5).contains(&silence.as_secs()), "{silence:?}");
            // Whoever waits for an answer when the connection breaks need not wait any longer.
            let mut third = accept_async(third).await.unwrap();
            introduce(&mut third).await;
            let call = Call::Members(GroupId(7));
            let broken = async {
                hear(&mut third).await;
                drop(third);
            };
            let (answer, ()) = join!(link.call(&call), broken);
            assert_eq!(answer, Err(CallError::Transient));
            assert_eq!(
                link.call(&call).now_or_never(),
                Some(Err(CallError::Transient))
            );
        };
        select! {
            () = tested => {}
            refused = link.connect_by(&address, None, &events, dial) => refused.unwrap(),
        }
    });
}

#[test]
fn onebot_members_are_read_without_the_staff() {
    let frame = json!({"status": "ok", "retcode": 0, "data": [
        {"user_id": 5, "join_time": 100, "role": "member", "shut_up_timestamp": 2000},
        {"user_id": "6", "join_time": 101.0, "shut_up_timestamp": 0, "unknown": {}},
        {"user_id": 7, "join_time": "102", "role": "member"},
        {"user_id": 8, "role": "admin"}, {"user_id": 9, "role": "owner"}, {"user_id": 77},
        {"nickname": "nobody"}, 3,
    ]});
    let now = Timestamp(1_000_000);
    let present = |user, joined, muted| Present {
        user: UserId(user),
        joined: Timestamp(joined),
        muted,
    };
    let expected = Reply::Members(vec![
        present(5, 100_000, Some(true)),
        present(6, 101_000, Some(false)),
        present(7, 102_000, None),
    ]);
    assert_eq!(
        frames::answer(&Call::Members(GroupId(1)), &frame, UserId(77), now),
        Ok(expected)
    );
}

#[test]
fn onebot_says_the_same_in_other_words() {
    let words = r#"{"greeting": "{at} 欢迎! 验证码 {code} 请私聊", "welcome": "{group} 好了", "warning": "{at} 请验证",
        "announcement": "{at} 再见", "notice": "{group}: {warn}/{kick}", "no_rights": "没有权限 {group}",
        "report": "{groups} {warned} {kicked} {failed}", "scan_all": "扫描", "scan_group": "扫描本群"}"#;
    for texts in [Texts::default(), words.parse().unwrap()] {
        let code = Code::from_random_bytes([7; 16]);
        let users = vec![UserId(5), UserId(6)];
        for message in [
            Message::Greeting {
                user: UserId(5),
                code,
            },
            Message::Warning(users.clone()),
            Message::Announcement(users),
        ] {
            let said = from_json(&to_json(&texts.say(&message)));
            assert_eq!(
                texts.heard_in_group(&said, |token| Code(token.parse().unwrap())),
                Some(message)
            );
        }
        let tally = Tally {
            groups: 1,
            failed: 2,
            warned: 3,
            kicked: 4,
        };
        for message in [
            Message::Welcome(GroupId(3)),
            Message::Notice {
                group: GroupId(3),
                warn: 1,
                kick: 2,
            },
            Message::NoRights(GroupId(3)),
            Message::Report(tally),
        ] {
            assert_eq!(texts.heard_in_private(&texts.say(&message)), message);
        }
    }
    let texts = Texts::default();
    let heard = |cq: &str| {
        texts.heard_in_group(&from_cq(cq), |token| {
            assert_eq!(token, "K7F2");
            Code::from_random_bytes([1; 16])
        })
    };
    let greeting = heard("[CQ:at,qq=5] hello, your code: K7F2, please");
    assert!(
        matches!(
            greeting,
            Some(Message::Greeting {
                user: UserId(5),
                ..
            })
        ),
        "{greeting:?}"
    );
    assert_eq!(
        heard("[CQ:at,qq=5] last warning!"),
        Some(Message::Warning(vec![UserId(5)]))
    );
    assert_eq!(heard("to nobody: K7F2"), None);
    for (wrong, why) in [
        ("{}", "missing field"),
        (
            &words.replace("{code}", "") as &str,
            "takes at, code in braces",
        ),
        (&words.replace("扫描本群", " "), "'scan_group' is empty"),
    ] {
        let error = wrong.parse::<Texts>().unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

proptest! {
    #[test]
    fn onebot_messages_come_back_as_they_were(texts in prop::collection::vec(".{1,12}", 0..5), user in 1_u64..1 << 40) {
        let mut segments = Vec::new();
        for text in texts {
            segments.extend([Segment::Text(text), Segment::At(UserId(user))]);
        }
        prop_assert_eq!(&from_cq(&to_cq(&segments)), &segments);
        prop_assert_eq!(&from_json(&to_json(&segments)), &segments);
    }
}

const SYNTAX: &[u8] = b"0123456789[]{}\\\",:-eE";

/// Frames of all kinds, a few bytes changed, cut off, doubled or moved: none makes the code panic, and none is
/// remembered.
#[test]
fn onebot_survives_a_hundred_thousand_broken_frames() {
    let texts = Texts::default();
    let seeds = [
        json!({"time": 1_750_032_000, "self_id": 77, "post_type": "message", "message_type": "group", "group_id": 7,
            "user_id": "5", "message": [{"type": "at", "data": {"qq": "77"}}, {"type": "text", "data": {"text": "scan"}}],
            "raw_message": "[CQ:at,qq=77] scan", "sender": {"role": "admin"}}),
        json!({"time": 1.75e9, "post_type": "notice", "notice_type": "group_decrease", "sub_type": "kick",
            "group_id": 7, "user_id": 5, "operator_id": -3}),
        json!({"status": "ok", "retcode": 0, "echo": 3, "data": [{"user_id": 5, "join_time": 1e300, "role": "member",
            "shut_up_timestamp": 1_750_032_000}]}),
        json!({"status": "failed", "retcode": 1429, "echo": "3", "data": {"retry_after": 5, "group_id": 1}}),
        json!({"post_type": "meta_event", "meta_event_type": "heartbeat", "interval": 15000}),
    ]
    .map(|seed| seed.to_string().into_bytes());
    let mut random = StdRng::seed_from_u64(15);
    let mut understood = 0;
    for _ in 0..100_000 {
        let mut frame = seeds[random.random_range(0..seeds.len())].clone();
        for _ in 0..random.random_range(1..6) {
            // Nothing is left to be broken.
            if frame.is_empty() {
                break;
            }
            let place = random.random_range(0..frame.len());
            match random.random_range(0..5) {
                0 => frame[place] = random.random(),
                1 => drop(frame.remove(place)),
                2 => frame.insert(place, SYNTAX[random.random_range(0..SYNTAX.len())]),
                3 => frame.truncate(place.max(1)),
                _ => {
                    let end = random.random_range(place..frame.len());
                    let again = frame[place..end].to_vec();
                    frame.splice(place..place, again);
                }
            }
        }
        let Ok(json) = serde_json::from_slice::<Value>(&frame) else {
            continue;
        };
        understood += 1;
        let me = UserId(77);
        if let Some(told) = Told::read(&json) {
            let _ = (
                told.at(),
                told.heartbeat(),
                told.event(me, UserId(1), &texts),
            );
        }
        let _ = (frames::echo(&json), frames::groups(&json));
        for call in [
            Call::Members(GroupId(7)),
            Call::Recall(GroupId(7), MessageId(3)),
            Call::Kick(GroupId(7), UserId(5)),
        ] {
            let _: Answer = frames::answer(&call, &json, me, EPOCH);
        }
        let segments = from_json(&json["message"]);
        let _ = texts.heard_in_group(&segments, |_| Code::from_random_bytes([0; 16]));
        let _ = (
            texts.heard_in_private(&segments),
            from_cq(&json.to_string()),
            to_cq(&segments),
        );
    }
    assert!(understood > 10_000, "{understood}");
}

#[test]
fn onebot_gateway_answers_broken_requests_and_goes_on() {
    virtual_time(async {
        let gateway = quiet();
        client(&gateway, "/api", Some("secret"), async |mut client| {
            let seed = json!({"action": "set_group_ban", "params": {"group_id": 1, "user_id": 2, "duration": 60},
                "echo": {"a": 1}})
            .to_string();
            let mut random = StdRng::seed_from_u64(10);
            for _ in 0..1000 {
                let mut frame: Vec<char> = seed.chars().collect();
                for _ in 0..random.random_range(1..4) {
                    let place = random.random_range(0..frame.len());
                    frame[place] = char::from(random.random_range(32..127_u8));
                }
                client.send(Frame::text(frame.into_iter().collect::<String>())).await.unwrap();
                assert!(hear(&mut client).await["retcode"].is_i64());
            }
        })
        .await;
    });
}

#[test]
fn onebot_orders_are_given_by_whoever_may() {
    let (texts, owner, me) = (Texts::default(), UserId(1), UserId(77));
    let said = |message_type: &str, user: u64, words: &str, role: &str| {
        let told = json!({"post_type": "message", "message_type": message_type, "group_id": 7, "user_id": user,
            "message": words, "sender": {"role": role}});
        Told::read(&told).unwrap().event(me, owner, &texts)
    };
    assert_eq!(said("private", 1, "scan", ""), Some(Event::ScanAll(owner)));
    assert_eq!(
        said("private", 5, "scan", ""),
        Some(Event::Said(UserId(5), "scan".into()))
    );
    let order = |user, role| Some(Event::ScanGroup(GroupId(7), UserId(user), role));
    assert_eq!(said("group", 5, " scan ", "admin"), order(5, Role::Admin));
    assert_eq!(said("group", 5, "scan", "owner"), order(5, Role::Admin));
    assert_eq!(said("group", 5, "scan", "member"), order(5, Role::Member));
    assert_eq!(said("group", 5, "hello", "admin"), None);
    assert_eq!(said("group", 77, "scan", "admin"), None);
}
