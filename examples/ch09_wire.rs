//! One gives up half-way, the next is told what the first one asked.

fn main() -> std::io::Result<()> {
    stage::play("Wrong: a spoiled connection is used again", async {
        ch09_resources::wire::anns_answer_wrong().await.map(drop)
    })
}
