//! Four leaks, found by counting, and their cures.

use ch09_resources::{
    leaks::{self, Client, left_by, visit},
    session::Server,
};

fn main() {
    let server = Server::default();
    stage::acts(|stage| {
        stage.play("Wrong: a task that nobody owns", async {
            left_by(&server, leaks::detached_wrong()).await
        });
        stage.play("A task with an owner", async {
            left_by(&server, leaks::owned()).await
        });
        stage.play("Wrong: a client and its task own each other", async {
            left_by(&server, visit(Client::connect_wrong(&server))).await
        });
        stage.play("A task that looks whether its client is there", async {
            left_by(&server, visit(Client::connect(&server))).await
        });
        stage.play("Wrong: a register of senders", async {
            left_by(&server, leaks::registry_wrong()).await
        });
        stage.play("A register of weak senders", async {
            left_by(&server, leaks::registry()).await
        });
        stage.play("Wrong: sessions kept for later", async {
            left_by(&server, leaks::kept_wrong(&server)).await
        });
        stage.play("Sessions closed when served", async {
            left_by(&server, leaks::closed(&server)).await
        });
    });
}
