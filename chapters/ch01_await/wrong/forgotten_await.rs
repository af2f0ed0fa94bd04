async fn bake() -> String {
    String::from("a loaf of rye")
}

async fn shop() {
    bake();
    let _ = bake();
    drop(bake());
    let _bread = bake();
}

fn main() {
    drop(shop());
}
