async fn bake() -> String {
    String::from("a loaf of rye")
}

async fn shop() {
    bake();
}

fn main() {
    drop(shop());
}
