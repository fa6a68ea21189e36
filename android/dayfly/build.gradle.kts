// The Kotlin library: what an app is written against. Published as an AAR with its sources and with
// the R8 rules that whoever uses it needs.

plugins {
    alias(libs.plugins.android.library)
    `maven-publish`
}

fun setting(name: String): String = providers.gradleProperty("dayfly.$name").get()

android {
    namespace = "app.dayfly"
    compileSdk = setting("compileSdk").toInt()
    defaultConfig {
        minSdk = setting("minSdk").toInt()
        consumerProguardFiles("consumer-rules.pro")
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

kotlin {
    explicitApi()
}

dependencies {
    api(project(":generated"))
    api(libs.coroutines.core)
}

publishing {
    publications {
        register<MavenPublication>("release") {
            groupId = "app.dayfly"
            artifactId = "dayfly"
            version = setting("versionName")
            afterEvaluate { from(components["release"]) }
        }
    }
}
