# By slug: the only configuration at Twilio.
data "unpod_telephony_provider_configuration" "twilio" {
  provider_slug = "twilio"
}

# By account SID, if there are several accounts at Plivo.
data "unpod_telephony_provider_configuration" "plivo_india" {
  account_sid = "MAyyyyyyyyyyyyyyyyyyyyyyy"
}

# By ID, to read its account SID.
data "unpod_telephony_provider_configuration" "main" {
  id = 42
}

# These resources stand in for your own.
resource "terraform_data" "sales_line" {
  input = { provider_config_id = data.unpod_telephony_provider_configuration.twilio.id }
}

resource "terraform_data" "india_line" {
  input = { provider_config_id = data.unpod_telephony_provider_configuration.plivo_india.id }
}

resource "terraform_data" "billing" {
  input = { account_sid = data.unpod_telephony_provider_configuration.main.account_sid }
}
