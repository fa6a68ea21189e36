// The Kotlin that uniffi writes from the built library: generated on every build, never committed,
// and a module of its own because it keeps neither the library's explicit API nor its style.

plugins {
    alias(libs.plugins.android.library)
    `maven-publish`
}

fun setting(name: String): String = providers.gradleProperty("dayfly.$name").get()

abstract class Bindings : DefaultTask() {
    @get:InputFile
    abstract val script: RegularFileProperty

    @get:InputFile
    abstract val library: RegularFileProperty

    @get:OutputDirectory
    abstract val folder: DirectoryProperty

    @get:Inject
    abstract val processes: ExecOperations

    @TaskAction
    fun generate() {
        val into = folder.get().asFile.also { it.deleteRecursively() }
        processes.exec { commandLine(script.get(), "kotlin", into, library.get()) }
    }
}

// The host's library says what all of them export; `cargo build --workspace` leaves it there.
val target: String = System.getenv("CARGO_TARGET_DIR") ?: "${System.getProperty("user.home")}/.cache/dayfly/target"

val bindings = tasks.register<Bindings>("bindings") {
    script = rootProject.file("../scripts/bindgen")
    library = file("$target/debug/${System.mapLibraryName("dayfly")}")
    folder = layout.buildDirectory.dir("bindings")
}

android {
    namespace = "app.dayfly.core"
    compileSdk = setting("compileSdk").toInt()
    defaultConfig {
        minSdk = setting("minSdk").toInt()
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    publishing {
        singleVariant("release") {
            withSourcesJar()
        }
    }
}

androidComponents {
    onVariants { variant ->
        variant.sources.kotlin?.addGeneratedSourceDirectory(bindings, Bindings::folder)
    }
}

dependencies {
    api(libs.coroutines.core)
    // The AAR, which holds the native half for each kind of phone.
    api(variantOf(libs.jna) { artifactType("aar") })
    api(libs.kotlin.stdlib)
}

publishing {
    publications {
        register<MavenPublication>("release") {
            groupId = "app.dayfly"
            artifactId = "dayfly-generated"
            version = setting("versionName")
            afterEvaluate { from(components["release"]) }
        }
    }
}
