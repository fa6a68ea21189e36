// The app.

plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.compose.compiler)
}

fun setting(name: String): String = providers.gradleProperty("dayfly.$name").get()

android {
    namespace = "app.dayfly.android"
    compileSdk = setting("compileSdk").toInt()
    defaultConfig {
        applicationId = "app.dayfly"
        minSdk = setting("minSdk").toInt()
        targetSdk = setting("targetSdk").toInt()
        versionCode = setting("versionCode").toInt()
        versionName = setting("versionName")
        buildConfigField("String", "BUILD", "\"${setting("build")}\"")
        buildConfigField("String", "LINK_HOST", "\"${setting("linkHost")}\"")
        buildConfigField("String", "REPORT_CONTACT", "\"${setting("reportContact")}\"")
        // A filter needs a host: without one of its own it names one that cannot exist.
        manifestPlaceholders["linkHost"] = setting("linkHost").ifEmpty { "link.invalid" }
        ndk {
            abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64")
        }
    }
    buildFeatures {
        buildConfig = true
        compose = true
    }
    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "proguard-rules.pro")
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    packaging {
        resources.excludes += listOf("META-INF/{AL2.0,LGPL2.1}", "META-INF/*.version", "DebugProbesKt.bin")
    }
    testOptions {
        unitTests.isIncludeAndroidResources = true
    }
    // scripts/build-android leaves the core for each kind of phone here.
    sourceSets.getByName("main").jniLibs.srcDir(layout.buildDirectory.dir("core"))
    // What the tests of the bindings on the JVM need too.
    sourceSets.getByName("test").kotlin.srcDir("../testing")
}

dependencies {
    implementation(project(":dayfly"))
    implementation(libs.activity.compose)
    implementation(libs.compose.foundation)
    implementation(libs.compose.material.ripple)
    implementation(libs.compose.material3)
    implementation(libs.compose.ui)
    implementation(libs.core.ktx)
    implementation(libs.coroutines.android)
    implementation(libs.lifecycle.runtime.compose)
    implementation(libs.lifecycle.viewmodel.compose)

    debugImplementation(libs.compose.ui.test.manifest)
    testImplementation(libs.androidx.test.core)
    testImplementation(libs.androidx.test.monitor)
    testImplementation(libs.compose.ui.test.junit4)
    testImplementation(libs.coroutines.test)
    testImplementation(libs.jackson)
    testImplementation(libs.jna)
    testImplementation(libs.junit)
    testImplementation(libs.robolectric)
}
