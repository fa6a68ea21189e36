package app.dayfly.android.phone

import android.app.Application
import android.content.Intent
import android.content.pm.PackageInfo
import android.content.pm.PackageManager
import android.content.pm.ServiceInfo
import android.net.Uri
import androidx.test.core.app.ApplicationProvider
import app.dayfly.android.BuildConfig
import app.dayfly.android.R
import app.dayfly.core.Invite
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.w3c.dom.Element
import org.xmlpull.v1.XmlPullParser
import java.io.File
import java.util.Properties
import javax.xml.parsers.DocumentBuilderFactory

/** What the app is to the system, in the manifest as it is built: the libraries' own are merged into it. */
@RunWith(RobolectricTestRunner::class)
class ManifestTest {
    private val app: Application = ApplicationProvider.getApplicationContext()
    private val merged = DocumentBuilderFactory.newInstance().apply { isNamespaceAware = true }.newDocumentBuilder()
        .parse(File(config("android_merged_manifest"))).documentElement

    @Test
    fun permissionsAreExactlyTheDeclaredOnes() {
        val declared = project("android/app/permissions.txt").readLines()
            .map { it.substringBefore('#').trim() }.filter { it.isNotEmpty() }
        val asked = merged.children("uses-permission").map { it.android("name") } - OF_TESTS
        assertEquals(declared.sorted(), asked.sorted())
        assertEquals(
            listOf("${app.packageName}.DYNAMIC_RECEIVER_NOT_EXPORTED_PERMISSION"),
            merged.children("permission").map { it.android("name") },
        )
    }

    @Test
    fun everyPermissionIsExplained() {
        val page = project("android/README.md").readText()
        for (permission in info(PackageManager.GET_PERMISSIONS).requestedPermissions!!.toList() - OF_TESTS) {
            assertTrue(permission, "`${permission.substringAfterLast('.')}`" in page)
        }
    }

    @Test
    fun onlyTheLauncherAndTheDoorForLinksAreOpenToOthers() {
        val open = listOf("activity", "activity-alias", "service", "receiver", "provider")
            .flatMap { application().children(it) }
            .filter { it.android("exported") == "true" && it.android("permission") != "android.permission.DUMP" }
            .map { it.android("name") }.filterNot { it.startsWith("androidx.") }.map { it.substringAfterLast('.') }
        assertEquals(setOf("MainActivity", "LinkActivity"), open.toSet())
    }

    @Test
    fun nothingIsBackedUpAndNothingGoesInTheClear() {
        val application = application()
        assertEquals("false", application.android("allowBackup"))
        assertEquals("false", application.android("usesCleartextTraffic"))
        for (rules in listOf(R.xml.data_extraction_rules, R.xml.backup_rules)) {
            val text = xml(rules)
            for (domain in listOf("root", "file", "database", "sharedpref", "external")) {
                assertTrue(
                    domain,
                    domain in text,
                )
            }
            assertFalse("include" in text)
        }
        assertNotNull(application.android("dataExtractionRules"))
        assertNotNull(application.android("fullBackupContent"))
        assertNotNull(application.android("localeConfig"))
        assertTrue("cleartextTrafficPermitted=false" in xml(R.xml.network_security))
    }

    @Test
    fun theServiceSaysWhatItIsFor() {
        val service = application().children("service").single { it.android("name").endsWith("RoomService") }
        assertEquals("false", service.android("exported"))
        assertEquals(
            ServiceInfo.FOREGROUND_SERVICE_TYPE_SPECIAL_USE,
            service.android("foregroundServiceType").let {
                if (it ==
                    "specialUse"
                ) {
                    1 shl 30
                } else {
                    it.removePrefix("0x").toInt(16)
                }
            },
        )
        val why = service.children("property").single()
        assertEquals("android.app.PROPERTY_SPECIAL_USE_FGS_SUBTYPE", why.android("name"))
        assertTrue(why.android("value").length > 100)
    }

    @Test
    fun linksGoToTheDoorAndNoFurther() {
        assertEquals("LinkActivity", opens(Intent(Intent.ACTION_VIEW, Uri.parse("dayfly:ABC"))))
        assertEquals("LinkActivity", opens(Intent(Intent.ACTION_SEND).setType("text/plain")))
        assertEquals("LinkActivity", opens(Intent(Intent.ACTION_VIEW, Uri.parse("https://chitchatter.im/public/den"))))
        assertNull(opens(Intent(Intent.ACTION_VIEW, Uri.parse("https://chitchatter.im/about"))))
        assertNull(opens(Intent(Intent.ACTION_VIEW, Uri.parse("http://chitchatter.im/public/den"))))
        assertNull(opens(Intent(Intent.ACTION_SEND).setType("image/png")))
        val door = application().children("activity").single { it.android("name").endsWith("LinkActivity") }
        assertEquals("true", door.android("noHistory"))
        assertEquals("true", door.android("excludeFromRecents"))
        assertEquals("", door.android("taskAffinity"))
    }

    @Test
    fun theAppsConstantsAreTheCores() {
        val product = project("core/proto/src/invite/product.rs").readText()
        fun constant(name: String) = Regex("$name: &str = \"([^\"]*)\"").find(product)!!.groupValues[1]
        assertEquals(constant("LINK_HOST"), BuildConfig.LINK_HOST)
        assertEquals(constant("PRODUCT_NAME"), app.getString(R.string.app_name))
        assertEquals("LinkActivity", opens(Intent(Intent.ACTION_VIEW, Uri.parse("${constant("URI_SCHEME")}:ABC"))))
        val verified = application().children("activity").flatMap { it.children("intent-filter") }
            .filter { it.android("autoVerify") == "true" }
            .flatMap { filter -> filter.children("data").map { it.android("host") } }
        assertEquals(
            "only one's own host is confirmed",
            listOf(
                constant("LINK_HOST").ifEmpty {
                    "link.invalid"
                },
            ),
            verified,
        )
    }

    @Test
    fun theWebSiteInTheManifestIsTheCoresDefault() {
        val urls = Invite.newWebRoom().use { it.info().urls }
        assertTrue(urls.toString(), urls.single().startsWith("https://chitchatter.im/public/"))
    }

    private fun opens(intent: Intent): String? = app.packageManager.queryIntentActivities(
        intent.addCategory(Intent.CATEGORY_DEFAULT).setPackage(app.packageName),
        0,
    )
        .singleOrNull()?.activityInfo?.name?.substringAfterLast('.')

    private fun info(flags: Int): PackageInfo = app.packageManager.getPackageInfo(app.packageName, flags)

    private fun application() = merged.children("application").single()

    private fun xml(id: Int): String = buildString {
        val parser = app.resources.getXml(id)
        while (parser.next() != XmlPullParser.END_DOCUMENT) {
            if (parser.eventType != XmlPullParser.START_TAG) continue
            append(parser.name)
            for (at in 0 until parser.attributeCount) {
                append(' ').append(parser.getAttributeName(at)).append('=').append(parser.getAttributeValue(at))
            }
            append('\n')
        }
    }

    private fun Element.children(name: String): List<Element> =
        (0 until childNodes.length).mapNotNull { childNodes.item(it) as? Element }.filter { it.tagName == name }

    private fun Element.android(name: String): String =
        getAttributeNS("http://schemas.android.com/apk/res/android", name)

    private fun config(key: String): String =
        javaClass.getResourceAsStream("/com/android/tools/test_config.properties")!!.use { stream ->
            Properties().apply { load(stream) }.getProperty(key)
        }

    private fun project(path: String): File = generateSequence(File(System.getProperty("dayfly.shots"))) {
        it.parentFile
    }.map { File(it, path) }.first { it.exists() }

    private companion object {
        /** What the test library adds to a build that is tested; the APK is checked without. */
        const val OF_TESTS = "android.permission.REORDER_TASKS"
    }
}
