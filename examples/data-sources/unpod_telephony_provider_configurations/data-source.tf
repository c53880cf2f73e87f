# Every configuration of the organization.
data "unpod_telephony_provider_configurations" "all" {}

# Those at Twilio. one() stops the plan where there are several, in place of
# picking one by chance.
data "unpod_telephony_provider_configurations" "twilio" {
  provider_slug = "twilio"
}

output "twilio_id" {
  description = "What a bridge is given to use Twilio."
  value       = one(data.unpod_telephony_provider_configurations.twilio.ids)
}

# The ids by account SID, where there is one. Several may share an account.
output "ids_by_account_sid" {
  value = {
    for configuration in data.unpod_telephony_provider_configurations.all.provider_configurations :
    configuration.account_sid => configuration.id... if configuration.account_sid != null
  }
}
